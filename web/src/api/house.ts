/** What this Tapster is: its version, whose it is, where it keeps things. */

import { queryOptions } from "@tanstack/react-query";
import { type Schemas, answered, api } from "@/api/client";

export type House = Schemas["House"];

export const houseQuery = queryOptions({
  queryKey: ["house"],
  queryFn: () => answered(api.GET("/api/house")),
});
