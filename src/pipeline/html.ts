const SPECIAL = /[<>&"]/;

/** The text with `<`, `>`, `&` and `"` as entities. @source httpd server/util.c `ap_escape_html2` */
export function escapeHtml(text: string): string {
  if (!SPECIAL.test(text)) return text;
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
