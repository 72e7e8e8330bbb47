/** What the fields of a connection are called in sentences. */

import { useTranslation } from "react-i18next";
import type { Place } from "@/features/connections/failure";

export function useFieldNames(): Record<Place, string> {
  const { t } = useTranslation();
  return {
    name: t("Name"),
    endpoint: t("Custom Endpoint (Base URL)"),
    options: t("Options"),
    model: t("Model"),
    bypass_status_check: t("Bypass API status check"),
    show_external: t('Show "External" models'),
    proxy: t("Reverse Proxy"),
    notes: t("Notes"),
    timeouts: t("Timeouts"),
    outbound_proxy: t("Outbound proxy"),
    verify_tls: t("Verify certificates"),
    key: t("Key"),
    url: t("Proxy Server URL"),
    password: t("Proxy Password"),
    proxy_name: t("Preset name"),
    source: t("Chat Completion Source"),
  };
}
