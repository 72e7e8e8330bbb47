import { Text } from "@mantine/core";
import { IconBrain, IconEye, IconStar, IconStarFilled, IconTool } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { dollars, shortCount } from "@/lib/figures";
import { told } from "@/lib/words";
import classes from "@/ui/ModelPicker.module.css";
import type { ListedModel } from "@/ui/ModelPickerRows";

type ModelPickerRowProps = {
  id: string;
  model: ListedModel;
  favourite: boolean;
  chosen: boolean;
  /** Whether the keyboard stands on it. */
  active: boolean;
  onTake: () => void;
  onFavourite?: (() => void) | undefined;
};

/** A model in the list: name, price and context, and its star. */
export function ModelPickerRow(props: ModelPickerRowProps) {
  const { id, model, favourite, chosen, active, onTake, onFavourite } = props;
  const { t, i18n } = useTranslation();
  const { input, output } = model.price ?? {};
  const price = (amount: number | null | undefined) =>
    amount == null ? "–" : dollars(amount, i18n.language);
  const unpriced = input == null && output == null;
  return (
    // The keyboard stays in the search field, which points at the row it stands on.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      id={id}
      role="option"
      aria-selected={chosen}
      className={classes.row}
      data-active={active || undefined}
      onClick={onTake}
    >
      <span
        className={classes.star}
        data-on={favourite || undefined}
        aria-hidden
        onClick={(event) => {
          if (!onFavourite) return;
          event.stopPropagation();
          onFavourite();
        }}
      >
        {favourite ? <IconStarFilled size={16} /> : onFavourite && <IconStar size={16} />}
      </span>
      <span className={classes.name}>
        <Text component="span" size="sm" fw={chosen ? 600 : 400} className={classes.id}>
          {told(model.title ?? model.id)}
        </Text>
        <span className={classes.skills}>
          {model.inputs?.includes("image") && <IconEye size={14} aria-label={t("sees images")} />}
          {model.reasoning && <IconBrain size={14} aria-label={t("thinks")} />}
          {model.tools && <IconTool size={14} aria-label={t("uses tools")} />}
        </span>
        {model.title && model.title !== model.id && (
          <Text component="span" size="xs" className={classes.wire}>
            {model.id}
          </Text>
        )}
      </span>
      <Text component="span" size="xs" className={classes.price}>
        {unpriced ? (
          <span aria-label={t("price unknown")}>–</span>
        ) : input === 0 && output === 0 ? (
          t("free")
        ) : (
          `${price(input)} / ${price(output)}`
        )}
      </Text>
      <Text component="span" size="xs" className={classes.context}>
        {model.context ? shortCount(model.context, i18n.language) : (
          <span aria-label={t("context unknown")}>–</span>
        )}
      </Text>
    </div>
  );
}
