import { describe, expect, it } from "vitest";
import { originOf, shownOrigin } from "@/features/connections/origins";

describe("originOf", () => {
  it("is scheme, host and port, as the server writes it", () => {
    expect(originOf("https://API.test/v1/models?a=b")).toBe("https://api.test:443");
    expect(originOf("http://a.test:8080/v1")).toBe("http://a.test:8080");
    expect(originOf("localhost:1234/v1")).toBe("http://localhost:1234");
    expect(originOf("http://[::1]:5000")).toBe("http://[::1]:5000");
  });

  it("is nothing for what is no address", () => {
    expect(originOf("")).toBeNull();
    expect(originOf(null)).toBeNull();
    expect(originOf("api.test/v1")).toBeNull();
    expect(originOf("engine://local")).toBeNull();
  });

  it("is shown without the usual port", () => {
    expect(shownOrigin("https://api.test:443")).toBe("https://api.test");
    expect(shownOrigin("http://api.test:80")).toBe("http://api.test");
    expect(shownOrigin("http://api.test:443")).toBe("http://api.test:443");
  });
});
