import { useQuery } from "@tanstack/react-query";
import { useRouter, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { closeLine } from "@/api/live";
import { type Me, meQuery } from "@/api/session";
import { SignInForm } from "@/features/people";
import { whose } from "@/lib/whose";
import { browserLanguage, speak } from "@/lib/words";
import { useTitle } from "@/ui/title";

/** The door: who is in already goes on to where they wanted. */
export function SignInPage() {
  const { t } = useTranslation();
  const { to = "/" } = useSearch({ strict: false }) as { to?: string };
  const router = useRouter();
  const known = useQuery(meQuery).data;
  useTitle(t("Sign in"));
  const goOn = useCallback(
    (me: Me) => {
      // What the page itself still holds of somebody else is left behind with it.
      if (whose() && whose() !== me.id) window.location.replace(to);
      else router.history.replace(to);
    },
    [router, to],
  );
  useEffect(() => {
    // The line of whoever was here before is not asked for again.
    closeLine();
    void speak(browserLanguage());
  }, []);
  useEffect(() => {
    if (known) goOn(known);
  }, [known, goOn]);
  return <SignInForm onSignedIn={goOn} />;
}
