import { Alert, Anchor, Button, FileButton, List, Stack, Text } from "@mantine/core";
import { IconFileImport } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Chat, importChats } from "@/api/chats";
import { sentenceOf } from "@/api/problems";
import classes from "@/features/chats/List.module.css";
import { told } from "@/lib/words";
import { Trouble } from "@/ui/Trouble";

type Imported = { chats: Chat[]; notes: string[]; troubles: string[] };

/** Brings chats in from files: by a button, or dropped anywhere on the page. */
export function ImportChats() {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const bring = useMutation({
    mutationFn: async (files: readonly File[]) => {
      const all: Imported = { chats: [], notes: [], troubles: [] };
      for (const file of files) {
        try {
          const { chats, notes } = await importChats(file);
          all.chats.push(...chats);
          all.notes.push(...notes);
        } catch (error) {
          all.troubles.push(`${file.name}: ${told(sentenceOf(error))}`);
        }
      }
      return all;
    },
    onSettled: () => cache.invalidateQueries({ queryKey: ["chats"] }),
  });
  const hovered = useDrops(bring.mutate);
  return (
    <>
      <FileButton
        multiple
        accept=".json,.jsonl,application/json,application/jsonl"
        onChange={(files) => files.length && bring.mutate(files)}
      >
        {(props) => (
          <Button
            {...props}
            variant="light"
            loading={bring.isPending}
            leftSection={<IconFileImport size={18} aria-hidden />}
          >
            {t("Import chats")}
          </Button>
        )}
      </FileButton>
      {hovered && (
        <div className={classes.drop} aria-hidden>
          {t("Drop to import: chats of Tapster (JSON) or SillyTavern (JSONL)")}
        </div>
      )}
      {bring.data && <Outcome imported={bring.data} onClose={bring.reset} />}
    </>
  );
}

function Outcome({ imported, onClose }: { imported: Imported; onClose: () => void }) {
  const { t } = useTranslation();
  const { chats, notes, troubles } = imported;
  return (
    <Stack w="100%" gap="xs">
      {troubles.map((trouble) => (
        <Trouble key={trouble} message={trouble} />
      ))}
      {chats.length > 0 && (
        <Alert
          role="status"
          withCloseButton
          closeButtonLabel={t("Close")}
          onClose={onClose}
          title={t("{{count}} chats imported", { count: chats.length })}
        >
          <List size="sm">
            {chats.map((chat) => (
              <List.Item key={chat.id}>
                <Anchor
                  size="sm"
                  renderRoot={(props) => (
                    <Link {...props} to="/chats/$chatId" params={{ chatId: chat.id }} />
                  )}
                >
                  {chat.title || t("A chat without a title")}
                </Anchor>
              </List.Item>
            ))}
          </List>
          {notes.map((note) => (
            <Text key={note} size="sm">
              {told(note)}
            </Text>
          ))}
        </Alert>
      )}
    </Stack>
  );
}

/** Hear files being dropped on the page; return whether some are held over it. */
function useDrops(onDrop: (files: readonly File[]) => void): boolean {
  const [hovered, setHovered] = useState(false);
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      setHovered(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setHovered(false);
    };
    const drop = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      setHovered(false);
      onDrop([...(event.dataTransfer?.files ?? [])]);
    };
    window.addEventListener("dragover", over);
    window.addEventListener("dragleave", leave);
    window.addEventListener("drop", drop);
    return () => {
      window.removeEventListener("dragover", over);
      window.removeEventListener("dragleave", leave);
      window.removeEventListener("drop", drop);
    };
  }, [onDrop]);
  return hovered;
}

const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
