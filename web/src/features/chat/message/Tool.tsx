import type { IconCopy } from "@tabler/icons-react";
import type { ComponentPropsWithRef } from "react";
import classes from "@/features/chat/message/Tools.module.css";

type ToolProps = ComponentPropsWithRef<"button"> & { label: string; icon: typeof IconCopy };

/** One labelled button of the toolbar; its name is shown on hover and focus. */
export function Tool({ label, icon: Icon, className, ...others }: ToolProps) {
  return (
    <button
      {...others}
      type="button"
      className={className ? `${classes.tool} ${className}` : classes.tool}
      aria-label={label}
      data-tip={label}
    >
      <Icon size={16} aria-hidden />
    </button>
  );
}
