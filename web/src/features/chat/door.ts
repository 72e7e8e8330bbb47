/** What a conversation asks of the server: handed in, so that a test can answer for it. */

import { beginChat, redo, undo } from "@/api/chats";
import * as messages from "@/api/messages";
import { followRun, runsOf, showRun, stopRun } from "@/api/runs";

export type Door = {
  begin: typeof beginChat;
  read: typeof messages.readStretch;
  message: typeof messages.showMessage;
  say: typeof messages.say;
  runs: typeof runsOf;
  run: typeof showRun;
  follow: typeof followRun;
  stop: typeof stopRun;
  swipe: typeof messages.swipe;
  regenerate: typeof messages.regenerate;
  continueAnswer: typeof messages.continueAnswer;
  impersonate: typeof messages.impersonate;
  undo: typeof undo;
  redo: typeof redo;
  /** Wait so many milliseconds. */
  wait: (time: number) => Promise<void>;
};

/** The server this page is from. */
export const SERVER: Door = {
  begin: beginChat,
  read: messages.readStretch,
  message: messages.showMessage,
  say: messages.say,
  runs: runsOf,
  run: showRun,
  follow: followRun,
  stop: stopRun,
  swipe: messages.swipe,
  regenerate: messages.regenerate,
  continueAnswer: messages.continueAnswer,
  impersonate: messages.impersonate,
  undo,
  redo,
  wait: (time) => new Promise((resolve) => setTimeout(resolve, time)),
};
