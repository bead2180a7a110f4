// touchpoints.js
