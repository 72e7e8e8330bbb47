import { screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import type { Key } from "@/api/keys";
import { KeyRow } from "@/features/connections/KeyRow";
import { show } from "@/features/connections/scenes";
import { speak } from "@/lib/words";
import ofTheServer from "@/lib/words/sentences.json";

const GRANTED = "granted in the browser";
const KEY: Key = {
  id: "k1",
  owner: "connection:c1",
  label: "",
  origin: "https://api.test",
  last4: "1111",
  fingerprint: "f",
  added_at: 0,
  rank: 0,
  state: "active",
};

afterEach(() => speak("en"));

it("leaves the name a person gave a key as it is, and translates the server's", async () => {
  await speak("de");
  show(
    <>
      <KeyRow known={{ ...KEY, label: "Settings" }} others={false} first />
      <KeyRow known={{ ...KEY, label: GRANTED }} others={false} first />
    </>,
  );

  expect(screen.getByText("Settings")).toBeTruthy();
  expect(screen.getByText("im Browser gewährt")).toBeTruthy();
  expect(ofTheServer).toContain(GRANTED);
});
