import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { proxiesQuery } from "@/api/proxies";
import { Fold } from "@/features/connections/Fold";
import { ProxyFields } from "@/features/connections/ProxyFields";
import { hasTypedProxy } from "@/features/connections/draft";
import type { ConnectionForm } from "@/features/connections/useConnectionForm";

/** The proxy of a connection, folded until it is wanted. */
export function ProxyPart({ form }: { form: ConnectionForm }) {
  const { t } = useTranslation();
  const { data: presets = [] } = useQuery(proxiesQuery);
  const { at } = form.failure;
  const preset = presets.find(({ id }) => id === form.fields.proxy);
  return (
    <Fold
      title={t("Reverse Proxy")}
      hint={preset ? preset.name : hasTypedProxy(form.draft) ? t("not saved yet") : t("None")}
      forced={[at.url, at.password, at.proxy_name, at.proxy].some(Boolean)}
    >
      <ProxyFields form={form} />
    </Fold>
  );
}
