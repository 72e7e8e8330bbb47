import { useTranslation } from "react-i18next";
import { Caution } from "@/ui/Caution";

/** What everyone has to know whose messages pass a proxy. */
export function ProxyWarning() {
  const { t } = useTranslation();
  return (
    <Caution title={t("Whoever runs the proxy can read everything")}>
      {t("Every message, character and answer passes through it. Use only one that you run yourself or trust. Your own key is not sent to it.")}
    </Caution>
  );
}
