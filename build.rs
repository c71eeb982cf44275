//! Migrations are embedded into the program; a new one must be noticed although no Rust file changed.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
