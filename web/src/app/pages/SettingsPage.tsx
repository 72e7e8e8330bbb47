import { useNavigate, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { closeLine } from "@/api/live";
import { useIsAdmin } from "@/api/session";
import { PeopleList } from "@/features/people";
import {
  Account,
  Appearance,
  Backups,
  ChatHabits,
  HouseFacts,
  SettingsTabs,
  ShortcutList,
} from "@/features/settings";
import { forgetTyped } from "@/lib/whose";
import { Sheet } from "@/ui/Sheet";
import { useTitle } from "@/ui/title";

/** The settings; what concerns the house only admins see. */
export function SettingsPage() {
  const { t } = useTranslation();
  const { tab } = useParams({ strict: false });
  const go = useNavigate();
  const isAdmin = useIsAdmin();
  const leave = () => {
    closeLine();
    forgetTyped();
    // The page is loaded anew: it holds more of what one did than its memory of the server.
    window.location.assign("/sign-in");
  };
  const tabs = [
    { name: "appearance", title: "Appearance", content: <Appearance /> },
    { name: "chat", title: "Chat", content: <ChatHabits /> },
    { name: "shortcuts", title: "Keys", content: <ShortcutList /> },
    {
      name: "data",
      title: "Data",
      content: (
        <>
          <HouseFacts />
          {isAdmin && <Backups />}
        </>
      ),
    },
    { name: "account", title: "Account", content: <Account onSignedOut={leave} /> },
    ...(isAdmin ? [{ name: "people", title: "People", content: <PeopleList /> }] : []),
  ];
  const shown = tabs.find(({ name }) => name === tab);
  useTitle(shown ? `${t(shown.title)} · ${t("Settings")}` : t("Settings"));
  return (
    <Sheet>
      <SettingsTabs
        tabs={tabs}
        shown={tab ?? "appearance"}
        onShow={(name) => void go({ to: "/settings/$tab", params: { tab: name } })}
      />
    </Sheet>
  );
}
