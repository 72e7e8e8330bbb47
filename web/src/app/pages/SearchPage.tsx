import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { SearchView } from "@/features/search";
import { Sheet } from "@/ui/Sheet";
import { useTitle } from "@/ui/title";

/** Search over everything; the address holds what is searched for, and in which chat. */
export function SearchPage() {
  const { t } = useTranslation();
  const { q = "", chat } = useSearch({ strict: false });
  const go = useNavigate();
  useTitle(q || t("Search"));
  return (
    <Sheet>
      <SearchView
        q={q}
        chat={chat ?? null}
        onSearched={(said, within) =>
          void go({
            to: "/search",
            search: { ...(said && { q: said }), ...(within !== null && { chat: within }) },
            replace: true,
          })
        }
      />
    </Sheet>
  );
}
