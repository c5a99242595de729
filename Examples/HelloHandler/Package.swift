// swift-tools-version: 6.2
import PackageDescription

// An asynchronous function runs where its caller does: on the thread of the request's connection.
let settings: [SwiftSetting] = [.enableUpcomingFeature("NonisolatedNonsendingByDefault")]

let package = Package(
    name: "hello-handler",
    dependencies: [.package(name: "portico", path: "../..")],
    targets: [
        .target(
            name: "HelloHandler", dependencies: [.product(name: "HandlerKit", package: "portico")],
            swiftSettings: settings),
        .executableTarget(
            name: "hello-portico",
            dependencies: ["HelloHandler", .product(name: "Daemon", package: "portico")],
            swiftSettings: settings),
        .testTarget(
            name: "HelloHandlerTests",
            dependencies: [
                "HelloHandler", "hello-portico", .product(name: "HandlerTesting", package: "portico"),
            ], swiftSettings: settings),
    ]
)
