import { IconExternalLink, IconPhoto, IconPhotoOff } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { isRaster, linkAddress } from "@/lib/markdown-addresses";
import classes from "@/ui/markdown/Markdown.module.css";

type PictureProps = {
  address: string;
  /** What it shows, in words. */
  words: string;
};

/** A picture in a text. One from elsewhere is never loaded: asking for it would tell who reads. */
export function Picture({ address, words }: PictureProps) {
  const { t } = useTranslation();
  const [broken, setBroken] = useState(false);
  if (isRaster(address)) {
    if (!broken) return <img className={classes.image} src={address} alt={words} onError={() => setBroken(true)} />;
    return (
      <span className={classes.picture}>
        <IconPhotoOff size={18} aria-hidden />
        <span>{t("This image is broken.")}</span>
        {words && <span className={classes.address}>{words}</span>}
      </span>
    );
  }
  const link = linkAddress(address);
  const isWeb = link !== null && !link.startsWith("mailto:");
  return (
    <span className={classes.picture}>
      <IconPhoto size={18} aria-hidden />
      <span className={classes.pictureWords}>
        <span>{words || t("Image")}</span>
        <span className={classes.address}>{isWeb ? link : t("Its address is not one that is opened.")}</span>
      </span>
      {isWeb && (
        <a
          className={classes.pictureLink}
          href={link}
          target="_blank"
          rel="noopener noreferrer nofollow"
          referrerPolicy="no-referrer"
        >
          {t("Show image")}
          <IconExternalLink size={14} aria-label={t("in a new tab")} />
        </a>
      )}
    </span>
  );
}
