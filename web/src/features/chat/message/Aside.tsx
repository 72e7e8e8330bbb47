import { IconChevronRight } from "@tabler/icons-react";
import { type ReactNode, useId, useState } from "react";
import classes from "@/features/chat/message/Aside.module.css";
import { isUnfolded, rememberFold } from "@/features/chat/message/memory";

type AsideProps = {
  /** What the page remembers its state by. */
  name: string;
  title: ReactNode;
  icon?: ReactNode;
  /** Drawn only while it is open. */
  children: ReactNode;
};

/** Something that is there for whoever asks, and stays open once it was opened. */
export function Aside({ name, title, icon, children }: AsideProps) {
  const id = useId();
  const [open, setOpen] = useState(() => isUnfolded(name));
  const toggle = () => {
    rememberFold(name, !open);
    setOpen(!open);
  };
  return (
    <div className={classes.aside}>
      <button type="button" className={classes.head} aria-expanded={open} aria-controls={id} onClick={toggle}>
        <IconChevronRight size={14} aria-hidden className={classes.arrow} />
        {icon}
        <span>{title}</span>
      </button>
      <div id={id} hidden={!open} className={classes.body}>
        {open && children}
      </div>
    </div>
  );
}
