import { ActionIcon, AppShell, CloseButton, Drawer, Group, Text, Tooltip } from "@mantine/core";
import { useDisclosure, useMediaQuery } from "@mantine/hooks";
import { IconMenu2 } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Outlet, useRouter, useRouterState } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { openLine, restUnseen } from "@/api/live";
import { meQuery } from "@/api/session";
import { Banners } from "@/app/Banners";
import { HelpSheet } from "@/app/HelpSheet";
import { Palette } from "@/app/Palette";
import classes from "@/app/Shell.module.css";
import { Sidebar } from "@/app/Sidebar";
import { useArriving } from "@/app/arriving";
import { useHearing } from "@/app/hearing";
import { useLiking } from "@/app/liking";
import { useErrands } from "@/features/errands";
import { whose } from "@/lib/whose";
import { Shield } from "@/ui/Shield";

const SIDEBAR = 272;

/** What stands around every page: the sidebar, the banners, the palette and the help sheet. */
export function Shell() {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [menu, { open, close }] = useDisclosure(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const isPhone = useMediaQuery("(max-width: 48em)");
  useStaying();
  useArriving(useRouterState({ select: (state) => state.resolvedLocation?.pathname ?? "" }));
  useLiking();
  useHearing(cache);
  useErrands();
  useEffect(openLine, []);
  useEffect(restUnseen, []);
  useEffect(close, [path, close]);

  return (
    <AppShell
      navbar={{ width: SIDEBAR, breakpoint: "sm", collapsed: { mobile: true } }}
      padding={0}
      className={classes.shell}
    >
      <a href="#main" className={classes.skip}>
        {t("Skip to the content")}
      </a>
      <AppShell.Navbar className={classes.sidebar} aria-label={t("Sidebar")}>
        {!isPhone && <Sidebar />}
      </AppShell.Navbar>
      {isPhone && (
        <Drawer
          opened={menu}
          onClose={close}
          size={SIDEBAR}
          padding={0}
          withCloseButton={false}
          attributes={{ content: { "aria-label": t("Sidebar") } }}
        >
          <div className={classes.drawer}>
            <CloseButton
              className={classes.close}
              size={40}
              aria-label={t("Close")}
              onClick={close}
            />
            <Sidebar />
          </div>
        </Drawer>
      )}
      <AppShell.Main id="main" className={classes.main} tabIndex={-1}>
        <Banners />
        <Group className={classes.phone} hiddenFrom="sm" gap="xs" wrap="nowrap">
          <Tooltip label={t("Menu")}>
            <ActionIcon variant="subtle" color="gray" size={40} aria-label={t("Menu")} onClick={open}>
              <IconMenu2 size={20} />
            </ActionIcon>
          </Tooltip>
          <Text fw={600} className={classes.house}>
            Tapster
          </Text>
        </Group>
        <Shield of={path}>
          <Outlet />
        </Shield>
      </AppShell.Main>
      <Palette />
      <HelpSheet />
    </AppShell>
  );
}

/** Lead to the door once the session is over, and begin anew for somebody else. */
function useStaying(): void {
  const me = useQuery(meQuery).data;
  const router = useRouter();
  useEffect(() => {
    if (me === null) {
      const to = router.state.location.href;
      void router.navigate({ to: "/sign-in", search: { to }, replace: true });
    } else if (me && me.id !== whose()) {
      window.location.reload();
    }
  }, [me, router]);
}
