import theme from 'vitepress/theme-without-fonts';
import Layout from './Layout.vue';
import './style.css';

export default { ...theme, Layout };
