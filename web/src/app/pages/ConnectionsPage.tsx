import { useNavigate, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ConnectionsDesk } from "@/features/connections";
import { useTitle } from "@/ui/title";

/** Where connections are made, checked and chosen. */
export function ConnectionsPage() {
  const { connectionId } = useParams({ strict: false });
  const { t } = useTranslation();
  const go = useNavigate();
  useTitle(t("API Connections"));
  return (
    <ConnectionsDesk
      chosen={connectionId ?? null}
      onShow={(id) =>
        void (id === null
          ? go({ to: "/connections" })
          : go({ to: "/connections/$connectionId", params: { connectionId: id } }))
      }
    />
  );
}
