/* Scans that were made and not asked, because the page was locked or signed out. They stay in this tab, outlive a reload
   and a way over the sign-in, and are sent as soon as the page may scan again, by the officer who made them and by nobody else. */

const PLACE = `scan.held.${document.getElementById("scanner").dataset.officer}`;

const all = () => {
    try {
        return JSON.parse(sessionStorage.getItem(PLACE)) ?? [];
    } catch {
        return [];
    }
};

export const hold = (data) => {
    const fields = [...data].filter(([name]) => name !== "csrfmiddlewaretoken");
    const id = data.get("scan_id");
    const others = all().filter((each) => Object.fromEntries(each).scan_id !== id);
    sessionStorage.setItem(PLACE, JSON.stringify([...others, fields]));
};

export const count = () => all().length;

/* All that is held, as forms to be sent; from now on they are in the caller's hands. */
export const release = (token) => {
    const held = all();
    sessionStorage.removeItem(PLACE);
    return held.map((fields) => {
        const data = new FormData();
        data.set("csrfmiddlewaretoken", token);
        for (const [name, value] of fields) data.set(name, value);
        return data;
    });
};
