/** Whether a person agrees that what they send passes a proxy: asked once for each address. */

import { useEffect, useRef, useState } from "react";
import { agree, isAgreed } from "@/features/connections/agreedProxies";

type Asking = { url: string; answer: (yes: boolean) => void };

/** Return what is being asked, and how to ask it. Who leaves without an answer does not agree. */
export function useProxyConsent() {
  const [asking, setAsking] = useState<Asking | null>(null);
  const waiting = useRef<Asking | null>(null);
  useEffect(() => () => waiting.current?.answer(false), []);

  async function mayPass(url: string): Promise<boolean> {
    if (isAgreed(url)) return true;
    waiting.current?.answer(false);
    let mine: Asking | null = null;
    const yes = await new Promise<boolean>((answer) => {
      mine = { url, answer };
      waiting.current = mine;
      setAsking(mine);
    });
    setAsking((now) => (now === mine ? null : now));
    if (yes) agree(url);
    return yes;
  }

  return { asking, mayPass };
}
