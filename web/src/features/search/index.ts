export { SearchView } from "@/features/search/SearchView";
