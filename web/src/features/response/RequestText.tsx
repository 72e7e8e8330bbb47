import { Button, Code, Collapse, Group, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Preview } from "@/api/previews";
import classes from "@/features/response/Response.module.css";
import { requestText } from "@/features/response/sent";
import { CopyButton } from "@/ui/CopyButton";

/** The request itself, folded, to be copied. */
export function RequestText({ preview }: { preview: Preview }) {
  const { t } = useTranslation();
  const [open, { toggle }] = useDisclosure(false);
  const text = requestText(preview);
  const Chevron = open ? IconChevronDown : IconChevronRight;
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <Button
          size="compact-sm"
          variant="light"
          color="gray"
          leftSection={<Chevron size={14} aria-hidden />}
          aria-expanded={open}
          onClick={toggle}
        >
          {t("The exact request")}
        </Button>
        <CopyButton size="compact-sm" variant="subtle" color="gray" text={text} />
      </Group>
      <Collapse expanded={open}>
        <Code block className={classes.request} tabIndex={0}>
          {text}
        </Code>
      </Collapse>
      <Text size="xs" c="dimmed">
        {t("Of a key only its last four characters are shown.")}
      </Text>
    </Stack>
  );
}
