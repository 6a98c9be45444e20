function e(t){const n=document.getElementById(t);if(!n?.textContent)throw new Error(`no data: #${t}`);return JSON.parse(n.textContent)}export{e as d};
