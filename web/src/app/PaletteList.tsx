import { ActionIcon, Text, TextInput } from "@mantine/core";
import { IconArrowLeft, IconMessage, IconSearch } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { chatsQuery } from "@/api/chats";
import classes from "@/app/Palette.module.css";
import { PaletteRow, type Row } from "@/app/PaletteRow";
import { found } from "@/app/finding";
import { type Command, commandsNow } from "@/ui/commands";

const MOST = 50;
// Of what is not sought yet, as many as one reads.
const FEW = 20;

type PaletteListProps = {
  /** Close the palette, then do it. */
  onLeave: (act?: () => void) => void;
};

/** What is typed and what goes by it; a command that offers a choice is gone into. */
export function PaletteList({ onLeave }: PaletteListProps) {
  const { t } = useTranslation();
  const id = useId();
  const [inside, setInside] = useState<Command | null>(null);
  const [typed, setTyped] = useState("");
  const [moved, setMoved] = useState(0);
  const top = useTop(onLeave, (command) => {
    setInside(command);
    look("value" in command ? command.value : "");
  });
  const choices = inside && "choices" in inside ? inside.choices() : [];
  const asks = inside && "take" in inside ? inside : null;
  const own = choices.map((each) => ({ ...each, key: each.label, act: () => onLeave(each.act) }));
  const groups = asks
    ? []
    : found(inside ? [{ title: inside.label, rows: own }] : top, typed, inside || typed ? MOST : FEW);
  const rows = groups.flatMap((group) => group.rows);
  const at = Math.max(0, Math.min(moved, rows.length - 1));
  useEffect(() => {
    document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: "nearest" });
  }, [id, at]);

  function look(text: string) {
    setTyped(text);
    setMoved(0);
  }
  const back = () => {
    setInside(null);
    look("");
  };
  const take = () => {
    if (!asks) rows[at]?.act();
    else if (typed.trim()) onLeave(() => asks.take(typed.trim()));
  };
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const { length } = rows;
    if (event.key === "ArrowDown" && length) setMoved((at + 1) % length);
    else if (event.key === "ArrowUp" && length) setMoved((at - 1 + length) % length);
    else if (event.key === "Enter") take();
    else if (event.key === "Backspace" && inside && typed === "") back();
    else return;
    event.preventDefault();
  };

  const asked = inside ? inside.label : t("What shall be done, or where to?");
  let place = 0;
  return (
    <>
      <TextInput
        // Gone into, it is another field: its words are marked, to be typed over.
        key={inside?.label ?? ""}
        data-autofocus
        size="lg"
        variant="unstyled"
        className={classes.field}
        aria-label={asked}
        placeholder={asked}
        leftSection={
          inside ? (
            <ActionIcon variant="subtle" color="gray" size={40} aria-label={t("Back")} onClick={back}>
              <IconArrowLeft size={18} />
            </ActionIcon>
          ) : (
            <IconSearch size={18} aria-hidden />
          )
        }
        ref={(field) => {
          if (field && !field.dataset.met) {
            field.dataset.met = "yes";
            field.focus();
            field.select();
          }
        }}
        {...(!asks && {
          role: "combobox",
          "aria-expanded": true,
          "aria-controls": `${id}-list`,
          "aria-activedescendant": rows.length ? `${id}-${at}` : undefined,
          "aria-autocomplete": "list",
        })}
        autoComplete="off"
        spellCheck={asks !== null}
        maxLength={300}
        value={typed}
        onChange={(event) => look(event.currentTarget.value)}
        onKeyDown={press}
      />
      {asks ? (
        <Text size="sm" c="dimmed" className={classes.hint}>
          {t("Enter keeps it, Esc leaves it as it is.")}
        </Text>
      ) : (
        <div className={classes.list} role="listbox" id={`${id}-list`} aria-label={asked}>
          {groups.map(({ title, rows: of }, number) => (
            <div key={title} role="group" aria-labelledby={`${id}-group-${number}`}>
              <div className={classes.heading} id={`${id}-group-${number}`}>
                {title}
              </div>
              {of.map((row) => {
                const here = place++;
                return (
                  <PaletteRow
                    key={row.key}
                    id={`${id}-${here}`}
                    row={row}
                    active={here === at}
                    onReach={() => setMoved(here)}
                  />
                );
              })}
            </div>
          ))}
          {!rows.length && (
            <Text size="sm" c="dimmed" className={classes.hint}>
              {t("Nothing of that name.")}
            </Text>
          )}
        </div>
      )}
    </>
  );
}

/** Return every command there was when the palette opened, and every chat. */
function useTop(onLeave: PaletteListProps["onLeave"], onInto: (command: Command) => void) {
  const { t } = useTranslation();
  const go = useNavigate();
  const [commands] = useState(commandsNow);
  const chats = useInfiniteQuery(chatsQuery()).data?.pages.flatMap((page) => page.chats) ?? [];
  const of = (group: Command["group"]): Row[] =>
    commands
      .filter((command) => command.group === group)
      .map((command) => ({
        ...command,
        key: command.label,
        leadsOn: !("act" in command),
        act: "act" in command ? () => onLeave(command.act) : () => onInto(command),
      }));
  const open: Row[] = chats.map((chat) => ({
    key: chat.id,
    label: chat.title || t("A chat without a title"),
    icon: IconMessage,
    act: () => onLeave(() => void go({ to: "/chats/$chatId", params: { chatId: chat.id } })),
  }));
  return [
    { title: t("This chat"), rows: of("chat") },
    { title: t("Go to"), rows: of("places") },
    { title: t("Tapster"), rows: of("page") },
    { title: t("Chats"), rows: open },
  ];
}
