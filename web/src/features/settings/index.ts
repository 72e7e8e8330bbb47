export { Account } from "@/features/settings/Account";
export { Appearance } from "@/features/settings/Appearance";
export { Backups } from "@/features/settings/Backups";
export { ChatHabits } from "@/features/settings/ChatHabits";
export { HouseFacts } from "@/features/settings/HouseFacts";
export { SettingsTabs } from "@/features/settings/SettingsTabs";
export { ShortcutList } from "@/features/settings/ShortcutList";
