import { Button, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import classes from "@/features/chat/message/Message.module.css";
import { Caution } from "@/ui/Caution";

type OvertakenProps = {
  /** What the message reads by now. */
  theirs: string;
  /** What was typed is to take its place. */
  onMine: () => void;
  /** What was typed is given up. */
  onTheirs: () => void;
};

/** Says that a message was changed in another window while one was typing. */
export function Overtaken({ theirs, onMine, onTheirs }: OvertakenProps) {
  const { t } = useTranslation();
  return (
    <Caution title={t("This was changed in another window meanwhile. There it reads:")} role="alert">
      <div className={classes.theirs}>{theirs}</div>
      <Group gap={8} mt={8}>
        <Button size="compact-sm" variant="default" className={classes.way} onClick={onMine}>
          {t("Go on with mine")}
        </Button>
        <Button size="compact-sm" variant="subtle" color="gray" className={classes.way} onClick={onTheirs}>
          {t("Take that one")}
        </Button>
      </Group>
    </Caution>
  );
}
