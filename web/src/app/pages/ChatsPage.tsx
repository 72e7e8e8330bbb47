import { useTranslation } from "react-i18next";
import { ChatsList } from "@/features/chats";
import { Sheet } from "@/ui/Sheet";
import { useTitle } from "@/ui/title";

/** The whole list of chats. */
export function ChatsPage() {
  const { t } = useTranslation();
  useTitle(t("Chats"));
  return (
    <Sheet>
      <ChatsList />
    </Sheet>
  );
}
