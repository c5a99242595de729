// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// Says that `@testable import` can be: always but in release builds other than the fuzzer's.
let testable = SwiftSetting.define(
    "TESTABLE", Context.environment["PORTICO_FUZZ"] == nil ? .when(configuration: .debug) : nil)

let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

/// A Swift target of the layout in docs/architecture.md.
func layer(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let package = Package(
    name: "portico",
    products: [
        .executable(name: "portico", targets: ["portico"]),
        .library(name: "Daemon", targets: ["Daemon"]),
        .library(name: "HandlerKit", targets: ["HandlerKit"]),
        .library(name: "HandlerTesting", targets: ["HandlerTesting"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    ],
    targets: [
        // C
        .target(name: "CLinux"),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CNghttp2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
        // Its extensions have no pkg-config file; the module map links both.
        .systemLibrary(
            name: "CCmark", pkgConfig: "libcmark-gfm",
            providers: [.apt(["libcmark-gfm-dev", "libcmark-gfm-extensions-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CBrotli", pkgConfig: "libbrotlienc", providers: [.apt(["libbrotli-dev"])]),
        .systemLibrary(name: "CCrypt", pkgConfig: "libcrypt", providers: [.apt(["libcrypt-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
        .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),

        // The layers, from the bottom up
        layer("Threads", ["CLinux"]),
        layer("Files", ["CLinux", system]),
        layer("Sockets", ["CLinux", system]),
        layer("Reactor", ["CLinux", "Sockets", "Threads", system]),
        layer("TLS", ["CLinux", "COpenSSL", "Sockets", system]),
        layer("Markdown", ["CCmark"]),
        layer("Archives", ["CArchive"]),
        layer("Compression", ["CBrotli", "CZlib", "CZstd"]),
        layer("Digests", ["COpenSSL"]),
        layer("Passwords", ["CCrypt", "COpenSSL", "Digests"]),
        layer("HTTPCore", [httpTypes]),
        layer("HTTPWire", ["CNghttp2", "HTTPCore", httpTypes]),
        layer("Configuration", ["Files", system]),
        layer("HandlerKit", ["Configuration", "Files", "HTTPCore", "Threads", httpTypes, logging, system]),
        layer(
            "Modules",
            [
                "Archives", "Compression", "Configuration", "Digests", "Files", "HandlerKit", "HTTPCore",
                "Markdown", "Threads",
                httpTypes, logging, mustache, system,
            ]),
        layer(
            "Middleware",
            [
                "Configuration", "Files", "HandlerKit", "HTTPCore", "Passwords", "Sockets", "Threads",
                httpTypes, logging, system,
            ]),
        layer("Supervision", ["CSystemd", "CLinux", "Threads", logging, system]),
        layer(
            "Server",
            [
                "Configuration", "Files", "HandlerKit", "HTTPCore", "HTTPWire", "Middleware", "Reactor",
                "Sockets", "Threads", "TLS",
                httpTypes, logging, system,
            ]),
        layer(
            "Daemon",
            [
                "Configuration", "Files", "HandlerKit", "Middleware", "Modules", "Reactor", "Server",
                "Sockets", "Supervision", "Threads", "TLS",
                argumentParser, logging, system,
            ]),
        .executableTarget(name: "portico", dependencies: ["Daemon"], swiftSettings: settings),
        layer(
            "HandlerTesting",
            ["Configuration", "Files", "HandlerKit", "HTTPCore", "Threads", httpTypes, logging, system]),

        tests("ThreadsTests", ["Threads"]),
        tests("FilesTests", ["Files", "HandlerTesting", system]),
        tests("SocketsTests", ["Sockets", "CLinux", system]),
        tests("ReactorTests", ["Reactor", "Sockets", "Threads", "CLinux", system]),
        tests("TLSTests", ["TLS", "Sockets", "HandlerTesting", system]),
        tests("MarkdownTests", ["Markdown"]),
        tests("CompressionTests", ["Compression", "Decoding"]),
        // What content codings are tested with.
        .target(
            name: "Decoding", dependencies: ["CBrotli", "Compression", "CZlib", "CZstd"],
            path: "Tests/Decoding",
            swiftSettings: settings),
        tests("DigestsTests", ["Digests"]),
        tests("PasswordsTests", ["Passwords"]),
        tests("HTTPCoreTests", ["FuzzProperties", "HTTPCore", httpTypes]),
        tests("HTTPWireTests", ["FuzzProperties", "HTTPWire", "HTTPCore", httpTypes]),
        tests("ConfigurationTests", ["Configuration", system]),
        tests("HandlerKitTests", ["HandlerKit", "HandlerTesting", "Files", "HTTPCore", httpTypes]),
        tests(
            "ModulesTests",
            [
                "Archives", "Compression", "Configuration", "Decoding", "Digests", "Files", "HandlerKit",
                "HandlerTesting",
                "HTTPCore", "Modules", "Threads", httpTypes, logging, system,
            ]),
        tests(
            "MiddlewareTests",
            [
                "Configuration", "Files", "HandlerKit", "HandlerTesting", "HTTPCore", "Middleware", "Sockets",
                httpTypes, system,
            ]),
        tests("SupervisionTests", ["HandlerTesting", "Supervision", logging, system]),
        tests(
            "ServerTests",
            [
                "Server", "HandlerKit", "HTTPCore", "HTTPWire", "Configuration", "Reactor", "Sockets",
                "Threads", httpTypes,
                logging,
            ]),
        tests(
            "DaemonTests",
            [
                "Daemon", "Middleware", "Modules", "HandlerKit", "HandlerTesting", "Configuration", "Server",
                "Sockets",
                "Supervision",
                "TLS", argumentParser, httpTypes, system,
            ]),
        // The daemon with a module that behaves as no shipped one does.
        .executableTarget(
            name: "portico-probe",
            dependencies: ["Configuration", "Daemon", "HandlerKit", httpTypes, logging],
            path: "Tests/ProbeDaemon", swiftSettings: settings),
        tests("IntegrationTests", ["portico", "portico-probe", "CLinux", "HandlerTesting", system]),

        // What fuzzing holds against the library; FuzzTests tries it on the corpus.
        .target(
            name: "FuzzProperties",
            dependencies: [
                "Configuration", "Digests", "HandlerKit", "HandlerTesting", "HTTPCore", "HTTPWire",
                "Markdown",
                "Middleware", "Modules", "Sockets", "TLS", httpTypes, system,
            ],
            path: "Tests/Fuzz/Properties", swiftSettings: settings + [testable]),
        tests("FuzzTests", ["FuzzProperties", system]),
    ]
)

// The program of `make fuzz`. Its main is libFuzzer's, so that it links with --sanitize=fuzzer only.
if Context.environment["PORTICO_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "fuzz", dependencies: ["FuzzProperties"], path: "Tests/Fuzz/Driver",
            swiftSettings: settings + [.unsafeFlags(["-parse-as-library"])]))
}
