// The page's script: what it consists of comes by the imports of these.
import "./keys.js";
import "./view.js";
import "./renewal.js";
