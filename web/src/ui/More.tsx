import { Button, Center } from "@mantine/core";
import { useIntersection } from "@mantine/hooks";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

type MoreProps = {
  /** Whether there is more to have. */
  isThere: boolean;
  isLoading: boolean;
  /** Is called when the end of the list comes into view, or by the button. */
  onMore: () => void;
};

/** The end of a list that goes on: asks for more when it is seen. */
export function More({ isThere, isLoading, onMore }: MoreProps) {
  const { t } = useTranslation();
  const { ref, entry } = useIntersection({ rootMargin: "200px" });
  const latest = useRef(onMore);
  useEffect(() => {
    latest.current = onMore;
  });
  const isSeen = entry?.isIntersecting ?? false;
  useEffect(() => {
    if (isSeen && isThere && !isLoading) latest.current();
  }, [isSeen, isThere, isLoading]);
  if (!isThere) return null;
  return (
    <Center ref={ref} p="xs">
      <Button variant="subtle" color="gray" size="compact-sm" loading={isLoading} onClick={onMore}>
        {t("Show more")}
      </Button>
    </Center>
  );
}
