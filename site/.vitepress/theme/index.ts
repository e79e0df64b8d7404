/** VitePress's theme with the studio's colours and the system's fonts. */
import DefaultTheme from "vitepress/theme-without-fonts";
import "../../pages/tokens.css";
import "./style.css";

export default DefaultTheme;
