import { ActionIcon, Badge, Button, Group, PasswordInput, Stack, Text, TextInput, Tooltip } from "@mantine/core";
import { IconArrowUp, IconArrowsSort, IconKey, IconPencil, IconRefresh, IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Key, changeKey, connectionOf, keysQuery, removeKey, rotateKey } from "@/api/keys";
import { sentenceOf } from "@/api/problems";
import { Confirm } from "@/features/connections/Confirm";
import classes from "@/features/connections/ConnectionsDesk.module.css";
import { forgetCheck } from "@/features/connections/checking";
import { shownOrigin } from "@/features/connections/origins";
import { moment } from "@/lib/figures";
import { told } from "@/lib/words";
import { showTrouble } from "@/ui/toasts";

type KeyRowProps = {
  known: Key;
  /** Whether there are others, before which it can be used. */
  others: boolean;
  /** Whether it is used before them. */
  first: boolean;
};

/** What the server calls a key that nobody typed; every other name is the person's own. */
const GRANTED = "granted in the browser";

/** Takes what was asked for to its field. */
const focus = (field: HTMLInputElement | null) => field?.focus();

/** A key that is kept: what may be known of it, and replacing, naming and removing it. */
export function KeyRow({ known, others, first }: KeyRowProps) {
  const { t, i18n } = useTranslation();
  const cache = useQueryClient();
  const [open, setOpen] = useState<"replace" | "label" | "remove" | null>(null);
  const [typed, setTyped] = useState("");
  const done = () => {
    setTyped("");
    setOpen(null);
    return cache.invalidateQueries({ queryKey: keysQuery.queryKey });
  };
  const connection = connectionOf(known);
  const doneAnew = () => Promise.all([done(), connection !== null && forgetCheck(cache, connection)]);
  const rotate = useMutation({ mutationFn: () => rotateKey(known.id, typed.trim()), onSuccess: doneAnew });
  const label = useMutation({ mutationFn: () => changeKey(known.id, { label: typed.trim() }), onSuccess: done });
  const rank = useMutation({
    mutationFn: () => changeKey(known.id, { first: !first }),
    onSuccess: done,
    onError: showTrouble,
  });
  const remove = useMutation({ mutationFn: () => removeKey(known.id), onSuccess: doneAnew });
  const name = `…${known.last4}`;
  const detached = known.state === "detached";
  const show = (what: typeof open, text = "") => {
    setTyped(text);
    setOpen(open === what ? null : what);
  };
  const facts = [
    t("added {{when}}", { when: moment(known.added_at, i18n.language) }),
    known.last_worked_at
      ? t("last worked {{when}}", { when: moment(known.last_worked_at, i18n.language) })
      : t("has not worked yet"),
  ];
  return (
    <div className={classes.key}>
      <Group wrap="nowrap" gap={8} align="flex-start">
        <IconKey size={18} aria-hidden className={classes.keyIcon} />
        <div className={classes.keyFacts}>
          <Group gap={8}>
            <Text size="sm" ff="monospace" fw={600}>
              {name}
            </Text>
            {known.label && <Text size="sm">{known.label === GRANTED ? told(known.label) : known.label}</Text>}
            {first && others && (
              <Badge variant="light" size="sm" tt="none">
                {t("used first")}
              </Badge>
            )}
            {detached && (
              <Badge color="yellow" variant="light" size="sm" tt="none">
                {t("detached")}
              </Badge>
            )}
          </Group>
          <Text size="xs" c="dimmed">
            {facts.join(" · ")}
          </Text>
          {detached && (
            <Text size="xs" c="var(--tap-warn)">
              {t("It was entered for {{origin}} and is not sent to another address. Enter it again below, or remove it.", {
                origin: shownOrigin(known.origin),
              })}
            </Text>
          )}
        </div>
        <Group gap={0} wrap="nowrap">
          {!detached && others && (
            <KeyAction
              label={
                first
                  ? t("Let the key {{name}} take turns", { name })
                  : t("Use the key {{name}} first", { name })
              }
              icon={first ? IconArrowsSort : IconArrowUp}
              onClick={() => rank.mutate()}
            />
          )}
          {!detached && (
            <KeyAction label={t("Replace the key {{name}}", { name })} icon={IconRefresh} onClick={() => show("replace")} />
          )}
          <KeyAction label={t("Name the key {{name}}", { name })} icon={IconPencil} onClick={() => show("label", known.label)} />
          <KeyAction label={t("Remove the key {{name}}", { name })} icon={IconTrash} onClick={() => show("remove")} />
        </Group>
      </Group>
      {open === "replace" && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            rotate.mutate();
          }}
        >
          <Stack gap={8} mt={8}>
            <PasswordInput
              label={t("New key")}
              autoComplete="new-password"
              data-1p-ignore
              ref={focus}
              value={typed}
              error={rotate.error && told(sentenceOf(rotate.error))}
              visibilityToggleButtonProps={{ "aria-label": t("Show what is typed"), tabIndex: 0 }}
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
            <Group gap={8}>
              <Button type="submit" loading={rotate.isPending} disabled={!typed.trim()}>
                {t("Replace")}
              </Button>
              <Button variant="default" onClick={() => show("replace")}>
                {t("Cancel")}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
      {open === "label" && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            label.mutate();
          }}
        >
          <Group gap={8} mt={8} align="flex-end">
            <TextInput
              ref={focus}
              label={t("Name of this key")}
              value={typed}
              maxLength={200}
              error={label.error && told(sentenceOf(label.error))}
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
            <Button type="submit" variant="default" loading={label.isPending}>
              {t("Save")}
            </Button>
          </Group>
        </form>
      )}
      <Confirm
        opened={open === "remove"}
        title={t("Remove the key {{name}}?", { name })}
        message={t("It is gone for good: neither Tapster nor the provider can bring it back.")}
        action={t("Remove")}
        busy={remove.isPending}
        error={remove.error && told(sentenceOf(remove.error))}
        onConfirm={() => remove.mutate()}
        onClose={() => setOpen(null)}
      />
    </div>
  );
}

type KeyActionProps = { label: string; icon: typeof IconKey; onClick: () => void };

function KeyAction({ label, icon: Icon, onClick }: KeyActionProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" size={40} aria-label={label} onClick={onClick}>
        <Icon size={18} />
      </ActionIcon>
    </Tooltip>
  );
}
