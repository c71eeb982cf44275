//! JD: the gateway `routerjson` for shops of merchants, and the reading part of its successor SP-API.

pub mod sign;
