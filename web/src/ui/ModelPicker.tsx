import { Badge, Button, Drawer, Input, Popover, Text } from "@mantine/core";
import { useDisclosure, useMediaQuery } from "@mantine/hooks";
import { IconChevronDown, IconStarFilled } from "@tabler/icons-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import classes from "@/ui/ModelPicker.module.css";
import { ModelPickerList } from "@/ui/ModelPickerList";
import type { ListedModel } from "@/ui/ModelPickerRows";
import { told } from "@/lib/words";

export type { ListedModel } from "@/ui/ModelPickerRows";

type ModelPickerProps = {
  models: readonly ListedModel[];
  /** The id of the chosen one. It stays chosen where the list does not have it. */
  value: string | null;
  onChange: (id: string | null) => void;
  /** Ids of models. */
  favourites: ReadonlySet<string>;
  onFavourite?: ((id: string) => void) | undefined;
  loading?: boolean | undefined;
  /** Why there is no list, in a sentence. */
  error?: string | null | undefined;
  /** As small as it can be, without the label: for a header. */
  compact?: boolean | undefined;
  label: string;
};

/** Chooses a model: searched, grouped, sorted; any id can be typed. A sheet on the phone. */
export function ModelPicker(props: ModelPickerProps) {
  const { models, value, onChange, favourites, onFavourite, loading, error, compact, label } = props;
  const { t } = useTranslation();
  const [open, { toggle, close }] = useDisclosure(false);
  const isPhone = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });
  const id = useId();
  const model = models.find((each) => each.id === value);
  const unlisted = value !== null && !loading && (model ? model.extra?.missing === true : models.length > 0);
  const shown = value === null ? t("No model chosen") : told(model?.title ?? value);

  const list = (
    <ModelPickerList
      models={models}
      value={value}
      onTake={(taken) => {
        onChange(taken);
        close();
      }}
      favourites={favourites}
      onFavourite={onFavourite}
      loading={loading}
      error={error}
      label={label}
      tall={isPhone}
    />
  );
  const button = (
    <Button
      id={id}
      variant={compact ? "subtle" : "default"}
      color="gray"
      size={compact ? "compact-md" : "sm"}
      fullWidth={!compact}
      justify="space-between"
      className={compact ? classes.small : classes.button}
      aria-haspopup="dialog"
      aria-expanded={open}
      aria-label={`${label}: ${shown}${unlisted ? ` ${t("not listed")}` : ""}`}
      title={value ?? undefined}
      rightSection={<IconChevronDown size={16} aria-hidden />}
      onClick={toggle}
    >
      <Text component="span" size="sm" truncate>
        {shown}
      </Text>
      {value !== null && favourites.has(value) && (
        <IconStarFilled size={12} aria-label={t("a favourite")} className={classes.mark} />
      )}
      {unlisted && (
        <>
          {" "}
          <Badge size="xs" variant="outline" color="gray" className={classes.mark}>
            {t("not listed")}
          </Badge>
        </>
      )}
    </Button>
  );

  const field = isPhone ? (
    <>
      {button}
      <Drawer
        opened={open}
        onClose={close}
        position="bottom"
        size="85dvh"
        title={label}
        closeButtonProps={{ "aria-label": t("Close"), size: 40 }}
        classNames={{ body: classes.sheet }}
      >
        {list}
      </Drawer>
    </>
  ) : (
    <Popover
      opened={open}
      onChange={(next) => !next && close()}
      position="bottom-start"
      shadow="md"
      width={compact ? 520 : "target"}
      trapFocus
      returnFocus
      transitionProps={{ duration: 80 }}
    >
      <Popover.Target>{button}</Popover.Target>
      <Popover.Dropdown p={0} className={classes.dropdown} aria-label={label}>
        {list}
      </Popover.Dropdown>
    </Popover>
  );
  if (compact) return field;
  return (
    <Input.Wrapper label={label} id={id} className={classes.field}>
      {field}
    </Input.Wrapper>
  );
}
