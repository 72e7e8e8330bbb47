import { expect, it } from "vitest";
import { idFrom } from "@/features/chat/arrival";

it("makes of a key the id that the server makes of it", async () => {
  expect(await idFrom("me", "chat", "k")).toBe("0b144223262baf014540315efbbb8cd9");
});
