import { expect, it } from "vitest";
import { fileSize } from "@/lib/sizes";

it("a size has the largest unit that fits", () => {
  expect(fileSize(0)).toBe("0 bytes");
  expect(fileSize(999)).toBe("999 bytes");
  expect(fileSize(1000)).toBe("1 kB");
  expect(fileSize(1_234_567)).toBe("1.2 MB");
  expect(fileSize(5e12)).toBe("5,000 GB");
});
