export { ConnectionsDesk } from "@/features/connections/ConnectionsDesk";
export { ProxySection } from "@/features/connections/ProxySection";
