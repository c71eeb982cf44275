fn main() -> std::process::ExitCode {
    huidan::cli::run()
}
