import { expect, it } from "vitest";
import { buildOf, isOutdated } from "@/app/building";

const answering = (text: string, status = 200) => () => Promise.resolve(new Response(text, { status }));

it("is outdated once the server has another build", async () => {
  expect(await isOutdated("old", answering("new\n"))).toBe(true);
  expect(await isOutdated("old", answering("old"))).toBe(false);
});

it("is not called outdated while nobody can say so", async () => {
  expect(await isOutdated("old", answering("", 404))).toBe(false);
  expect(await isOutdated("old", () => Promise.reject(new Error("away")))).toBe(false);
  expect(await isOutdated("", answering("new"))).toBe(false);
});

it("knows the build it was made by", () => {
  const page = document.implementation.createHTMLDocument();
  expect(buildOf(page)).toBe("");

  page.head.innerHTML = '<meta name="tapster-build" content="abc" />';

  expect(buildOf(page)).toBe("abc");
});
