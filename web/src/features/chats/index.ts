export { ChatTree } from "@/features/chats/tree/ChatTree";
export { ChatsList } from "@/features/chats/ChatsList";
export { RecentChats } from "@/features/chats/RecentChats";
