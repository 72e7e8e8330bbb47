import { Fragment, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "@/features/chat/Conversation.module.css";
import { JumpToEnd } from "@/features/chat/JumpToEnd";
import { type Models, type Openings, RowView } from "@/features/chat/RowView";
import { writtenNow } from "@/features/chat/conversation";
import type { Deeds } from "@/features/chat/deeds";
import { useHolding } from "@/features/chat/holding";
import type { Living } from "@/features/chat/living";
import { rowsOf, sentFrom } from "@/features/chat/rows";
import type { Situation } from "@/features/chat/situation";
import { useSituation } from "@/features/chat/useLiving";
import { useShortcut } from "@/lib/shortcuts";
import { useNeighbour } from "@/ui/neighbour";
import { showTrouble } from "@/ui/toasts";

type MessageListProps = {
  living: Living | null;
  /** The message to show first, and to mark. */
  focus: string | null;
  /** Is told once the message that was looked for is shown. */
  onFound: () => void;
  editing: string | null;
  models: Models;
  deeds: Deeds | null;
  openings: Openings;
  /** Is told when the last message, which had the keyboard, is gone. */
  onEmptied: () => void;
};

const wholly = (situation: Situation) => situation;
// Whoever is this near to the end is at it. Pixels.
const AT_END = 48;
// More is read when this little is left to scroll to.
const AHEAD = "1200px 0px";

/** The messages of a chat.
 *
 * The list is laid out from its end, which so stays where it is while anything above or in it grows.
 * What is far from what is looked at is neither drawn nor, beyond some hundreds, kept.
 */
export function MessageList(props: MessageListProps) {
  const { living, focus, onFound, editing, models, deeds, openings, onEmptied } = props;
  const { t } = useTranslation();
  const { now, outgoing } = useSituation(living, wholly);
  const scroller = useRef<HTMLDivElement>(null);
  const keyboard = useNeighbour({ within: scroller, each: "article", onNone: onEmptied });
  const rows = useMemo(() => rowsOf(now, outgoing), [now, outgoing]);
  const begins = sentFrom(now);
  const [isAtEnd, setAtEnd] = useState(true);
  /** The last row there was when the end was last seen. */
  const [seen, setSeen] = useState<string | undefined>();
  const isBusy = writtenNow(now) !== undefined || outgoing !== null;
  const last = rows.at(-1)?.key;

  const toEnd = useCallback(() => scroller.current?.scrollTo({ top: 0 }), []);
  const jump = useCallback(() => {
    if (living?.situation().now.moreAfter) void living.toEnd().then(toEnd);
    else toEnd();
  }, [living, toEnd]);
  useShortcut("to-end", jump, { whileWriting: true });

  // What one says oneself is looked at, wherever one was.
  const speaks = outgoing?.id;
  useEffect(() => {
    if (speaks) toEnd();
  }, [speaks, toEnd]);

  const look = () => {
    // Reckoned from the end: nought there, and less above it.
    const atEnd = (scroller.current?.scrollTop ?? 0) > -AT_END;
    if (atEnd !== isAtEnd) setAtEnd(atEnd);
  };
  if (isAtEnd && seen !== last) setSeen(last);
  const place = isAtEnd ? -1 : rows.findIndex((row) => row.key === seen);
  const unread = place < 0 ? 0 : rows.length - 1 - place;

  useHolding(scroller, now.stretch);
  const above = useNearing(scroller, living?.earlier, rows[0]?.key);
  const below = useNearing(scroller, living?.later, last);
  const bring = useBringing(now.stretch, focus, onFound);

  return (
    <div className={classes.list}>
      {/* What scrolls has to be reached by the keyboard. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div ref={scroller} className={classes.scroll} role="group" aria-label={t("Messages")} tabIndex={0} onScroll={look}>
        <div className={classes.rows} key={now.stretch} {...keyboard}>
          <div ref={above} />
          {rows.map((row) => (
            <Fragment key={row.key}>
              {row.kind === "message" && row.message.id === begins && (
                <p className={classes.begins}>
                  <small>{t("What stands above was not sent any more: there was no room for it.")}</small>
                </p>
              )}
              <Marked isFocus={row.kind === "message" && row.message.id === focus} onSeen={bring}>
                <RowView
                  row={row}
                  isLast={row.key === last}
                  isEditing={row.kind === "message" && row.message.id === editing}
                  {...{ isBusy, models, deeds, openings }}
                />
              </Marked>
            </Fragment>
          ))}
          <div ref={below} />
        </div>
      </div>
      <JumpToEnd isShown={!isAtEnd || now.moreAfter} unread={unread} isWriting={isBusy} onJump={jump} />
    </div>
  );
}

/** Return the ref of an edge: when it comes near, `read` is called, again for each `edge`. */
function useNearing(
  scroller: React.RefObject<HTMLElement | null>,
  read: (() => Promise<void>) | undefined,
  edge: string | undefined,
) {
  const mark = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const place = mark.current;
    if (!place || !read || edge === undefined) return;
    const near = (seen: IntersectionObserverEntry[]) => {
      if (seen.at(-1)?.isIntersecting) read().catch(showTrouble);
    };
    const watch = new IntersectionObserver(near, { root: scroller.current, rootMargin: AHEAD });
    watch.observe(place);
    return () => watch.disconnect();
  }, [scroller, read, edge]);
  return mark;
}

/** Return what brings a row before the eyes: once for each stretch, for it comes and goes. */
function useBringing(stretch: number, focus: string | null, onFound: () => void) {
  const brought = useRef<string | null>(null);
  return useCallback(
    (place: HTMLElement) => {
      const which = `${stretch} ${focus}`;
      if (brought.current === which) {
        // A row that is made anew loses the focus to nobody: it may have it back.
        if (document.activeElement === document.body) place.focus({ preventScroll: true });
        return;
      }
      brought.current = which;
      place.scrollIntoView({ block: "center" });
      place.focus({ preventScroll: true });
      onFound();
    },
    [stretch, focus, onFound],
  );
}

type MarkedProps = {
  isFocus: boolean;
  onSeen: (place: HTMLElement) => void;
  children: React.ReactNode;
};

function Marked({ isFocus, onSeen, children }: MarkedProps) {
  const { t } = useTranslation();
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isFocus && place.current) onSeen(place.current);
  }, [isFocus, onSeen]);
  if (!isFocus) return <div className={classes.row}>{children}</div>;
  return (
    <div
      ref={place}
      className={classes.row}
      data-focus
      tabIndex={-1}
      role="group"
      aria-label={t("The message that was looked for")}
    >
      {children}
    </div>
  );
}
