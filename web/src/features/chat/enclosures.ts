/** Files being attached to what is typed: sent to the server one by one, and kept by id. */

import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { fileAddress, readText, removeFile, uploadFile } from "@/api/attachments";
import type { Enclosed } from "@/features/chat/draft";
import { type Kind, enclosedOf, kindOf, refusalOf } from "@/features/chat/files";
import { newId } from "@/lib/ids";
import { told } from "@/lib/words";
import { showTrouble } from "@/ui/toasts";

export type Enclosure = {
  key: string;
  name: string;
  size: number;
  kind: Kind;
  /** How much of it has arrived, from 0 to 1. */
  share: number;
  error: string | null;
  /** What it is on the server, once it is there. */
  enclosed: Enclosed | null;
  file: File | null;
  /** Where its picture is. */
  picture: string | null;
  /** What was pasted, if it is short enough to stand in the input after all. */
  pasted: string | null;
};

const LEFT_BEHIND = "A file was still on its way when you left the chat: attach it again.";
const MOST_TO_TYPE = 500_000;

const ofEnclosed = (enclosed: Enclosed): Enclosure => {
  const kind = kindOf(enclosed.name, enclosed.media_type);
  return {
    key: enclosed.id,
    name: enclosed.name,
    size: enclosed.size,
    kind,
    share: 1,
    error: null,
    enclosed,
    file: null,
    picture: kind === "image" ? fileAddress(enclosed.id) : null,
    pasted: null,
  };
};

/** Return the files beside what is typed, and what can be done with them. */
export function useEnclosures(kept: readonly Enclosed[]) {
  const { t } = useTranslation();
  const [enclosures, setEnclosures] = useState(() => kept.map(ofEnclosed));
  const texts = useRef(new Map<string, Blob>());
  const pictures = useRef(new Map<string, string>());
  const uploads = useRef(new Map<string, AbortController>());
  const forget = useCallback((key: string) => {
    uploads.current.get(key)?.abort();
    uploads.current.delete(key);
    URL.revokeObjectURL(pictures.current.get(key) ?? "");
    pictures.current.delete(key);
  }, []);
  useEffect(() => {
    const [running, made] = [uploads.current, pictures.current];
    return () => {
      if (running.size) showTrouble(new Error(LEFT_BEHIND));
      for (const key of [...running.keys(), ...made.keys()]) forget(key);
    };
  }, [forget]);

  const change = useCallback((key: string, changes: Partial<Enclosure>) => {
    setEnclosures((all) => all.map((each) => (each.key === key ? { ...each, ...changes } : each)));
  }, []);

  const upload = useCallback(
    (key: string, file: File) => {
      change(key, { error: null, share: 0 });
      const stopping = new AbortController();
      uploads.current.set(key, stopping);
      const sending = uploadFile(file, file.name, {
        onProgress: (share) => change(key, { share }),
        signal: stopping.signal,
      });
      sending.then(
        (attachment) => {
          uploads.current.delete(key);
          texts.current.set(attachment.id, file);
          change(key, { enclosed: enclosedOf(attachment), share: 1 });
        },
        (error: Error) => {
          uploads.current.delete(key);
          change(key, { error: told(error.message) });
        },
      );
    },
    [change],
  );

  const add = useCallback(
    (files: readonly File[], pasted: string | null = null) => {
      for (const file of files) {
        const key = newId();
        const kind = kindOf(file.name, file.type);
        const refusal = refusalOf(file);
        const picture = kind === "image" ? URL.createObjectURL(file) : null;
        if (picture) pictures.current.set(key, picture);
        const enclosure: Enclosure = {
          key,
          name: file.name,
          size: file.size,
          kind,
          share: 0,
          error: refusal && (refusal === "empty" ? t("This file is empty.") : t("A file may have 25 MB.")),
          enclosed: null,
          file: refusal ? null : file,
          picture,
          pasted: pasted !== null && pasted.length <= MOST_TO_TYPE ? pasted : null,
        };
        setEnclosures((all) => [...all, enclosure]);
        if (!refusal) upload(key, file);
      }
    },
    [t, upload],
  );

  const remove = useCallback((key: string) => {
    forget(key);
    setEnclosures((all) => {
      const gone = all.find((each) => each.key === key);
      // One that a message refers to stays; the server knows.
      if (gone?.enclosed) void removeFile(gone.enclosed.id).catch(() => undefined);
      return all.filter((each) => each.key !== key);
    });
  }, [forget]);

  const clear = useCallback(() => {
    for (const key of pictures.current.keys()) forget(key);
    setEnclosures([]);
  }, [forget]);

  return {
    enclosures,
    add,
    remove,
    retry: (each: Enclosure) => each.file && upload(each.key, each.file),
    /** Begin with none, as when those there were sent. */
    clear,
    /** Put those back that could not be sent, before what was attached since. */
    giveBack: (sent: readonly Enclosed[]) => setEnclosures((all) => [...sent.map(ofEnclosed), ...all]),
    textOf: async (id: string) => (await texts.current.get(id)?.text()) ?? readText(id),
  };
}
