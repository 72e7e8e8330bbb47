import { useState } from "react";
import type { Message } from "@/api/messages";
import { NameDialog } from "@/features/chat/NameDialog";
import { OtherConnection } from "@/features/chat/OtherConnection";
import { VersionsDialog } from "@/features/chat/VersionsDialog";
import type { Deeds } from "@/features/chat/deeds";

/** What is asked about a message. */
export type Asking =
  | { what: "branch" | "checkpoint"; message: Message }
  | { what: "editions"; message: Message }
  | { what: "connection"; ask: (connectionId: string) => void };

type DialogsProps = {
  /** `null`: nothing is asked. */
  asking: Asking | null;
  deeds: Deeds;
  /** Is told once a branch was begun. */
  onBranched: () => void;
  onClose: () => void;
};

/** The dialogs of what is asked; closed they stay, to give the focus back to where it was. */
export function Dialogs({ asking, deeds, onBranched, onClose }: DialogsProps) {
  const [last, setLast] = useState(asking);
  if (asking && asking !== last) setLast(asking);
  const named = last?.what === "branch" || last?.what === "checkpoint" ? last : null;
  return (
    <>
      <OtherConnection
        opened={asking?.what === "connection"}
        onChoose={(id) => last?.what === "connection" && last.ask(id)}
        onClose={onClose}
      />
      <VersionsDialog
        opened={asking?.what === "editions"}
        message={last?.what === "editions" ? last.message : null}
        onReturn={(message, edition) => void deeds.returnTo(message, edition)}
        onClose={onClose}
      />
      <NameDialog
        opened={asking?.what === "branch" || asking?.what === "checkpoint"}
        kind={named?.what ?? "branch"}
        onName={(name) => {
          if (named?.what === "branch") void deeds.branch(named.message, name).then(onBranched);
          else if (named) void deeds.checkpoint(named.message, name);
        }}
        onClose={onClose}
      />
    </>
  );
}
