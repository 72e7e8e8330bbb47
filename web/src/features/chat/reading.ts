/** The stretch of a chat that is shown: read at first, further up and down, and anew. */

import type { Place } from "@/api/messages";
import { isMissing } from "@/api/problems";
import type { Door } from "@/features/chat/door";
import type { Standing } from "@/features/chat/situation";

/** How many messages are read at a time. */
export const AT_ONCE = 50;
const MOST_AT_ONCE = 200;

/** Return what reads the messages of a chat. */
export function reading(chatId: string, door: Door, { situation, become, tell }: Standing) {
  const isReading = { earlier: false, later: false };
  let again: Promise<void> | null = null;
  let wanted: { around: string | null } | null = null;
  let openings = 0;

  /** Read around a message; where it is gone, the end. */
  const readAround = (middle: string) =>
    door.read(chatId, { around: middle, limit: AT_ONCE }).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
      return door.read(chatId, { limit: AT_ONCE });
    });

  /** Open the chat at its end, or around a message; a later opening overtakes this one. */
  async function open(focus: string | null, followAll: () => Promise<void>): Promise<void> {
    const opening = (openings += 1);
    become({ opening: "asked" });
    try {
      // The runs first: a message that is added meanwhile is then told by its run.
      await followAll();
      const stretch = await (focus ? readAround(focus) : door.read(chatId, { limit: AT_ONCE }));
      if (opening !== openings) return;
      tell({ type: "read", stretch, where: "anew" });
      become({ opening: "done" });
    } catch (error) {
      if (opening === openings) become({ opening: { failed: error } });
    }
  }

  async function earlier(): Promise<void> {
    const { messages, moreBefore } = situation().now;
    const first = messages[0];
    if (isReading.earlier || !first || !moreBefore) return;
    isReading.earlier = true;
    try {
      const stretch = await door.read(chatId, { before: first.id, limit: AT_ONCE });
      if (situation().now.messages[0]?.id === first.id) tell({ type: "read", stretch, where: "before" });
    } finally {
      isReading.earlier = false;
    }
  }

  async function later(): Promise<void> {
    const { messages, moreAfter, leaf } = situation().now;
    const last = messages.at(-1);
    if (isReading.later || !last || !moreAfter) return;
    isReading.later = true;
    try {
      const stretch = await door.read(chatId, { after: last.id, leaf, limit: AT_ONCE });
      if (situation().now.messages.at(-1)?.id === last.id) tell({ type: "read", stretch, where: "after" });
    } finally {
      isReading.later = false;
    }
  }

  /** Show the end of the path that is shown. */
  async function toEnd(): Promise<void> {
    tell({ type: "read", stretch: await door.read(chatId, { limit: AT_ONCE }), where: "anew" });
  }

  /** Read the stretch anew; `around` where the path may have become another. */
  function refresh(around: string | null = null): Promise<void> {
    wanted = { around: around ?? wanted?.around ?? null };
    again ??= (async () => {
      try {
        while (wanted) {
          const place = wanted.around;
          wanted = null;
          await readAgain(place);
        }
      } finally {
        again = null;
      }
    })();
    return again;
  }

  async function readAgain(around: string | null): Promise<void> {
    for (let tries = 0; tries < 4; tries += 1) {
      const { steps, messages, moreAfter, leaf, chat } = situation().now;
      const middle = around ?? (moreAfter || leaf !== chat?.head ? messages.at(-1)?.id : null);
      const end: Place = { limit: Math.min(MOST_AT_ONCE, Math.max(AT_ONCE, messages.length)) };
      const stretch = await (middle ? readAround(middle) : door.read(chatId, end));
      if (situation().now.steps !== steps) continue;
      tell({ type: "read", stretch, where: "again" });
      return;
    }
  }

  return { open, earlier, later, toEnd, refresh };
}
