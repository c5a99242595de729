// ActivatedSockets: the descriptors that the service manager handed over, sd_listen_fds(3).
// They are taken once: the variables are gone afterwards, and no child inherits a descriptor.
import CSystemd
import Glibc
import SystemPackage

/// One descriptor that the service manager handed over. Whoever takes it closes it.
package struct ActivatedSocket: Sendable, Equatable {
    /// What a descriptor turned out to be.
    package enum Kind: Sendable {
        /// A stream socket that listens, of any family.
        case listeningStream
        /// Another socket: a datagram socket, or a connection (`Accept=yes`).
        case otherSocket
        /// No socket: a FIFO, a file, a memfd out of the descriptor store.
        case notASocket
    }

    /// The name (`FileDescriptorName=`, by default that of the socket unit); several may have the same.
    package let name: String
    /// The descriptor, with close-on-exec set.
    package let descriptor: FileDescriptor
    /// What the descriptor is.
    package let kind: Kind

    /// Whether the name says nothing of the socket's purpose: the manager's own `unknown` or `stored`.
    package var isStoredOrUnknown: Bool { name == "stored" || name == "unknown" }

    /// Makes a value for tests, or out of what the manager handed over.
    package init(name: String, descriptor: FileDescriptor, kind: Kind = .listeningStream) {
        self.name = name
        self.descriptor = descriptor
        self.kind = kind
    }
}

/// The descriptors that the service manager handed over.
package enum ActivatedSockets {
    /// Takes all of them, in the manager's order, and unsets the variables: a second call gives none.
    ///
    /// - Returns: an empty list without activation, or if `LISTEN_PID` names another process.
    /// - Throws: `SupervisionError` (`.environment`) if the variables make no sense, as with more or fewer
    ///   names than descriptors.
    package static func take() throws(SupervisionError) -> [ActivatedSocket] {
        var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        let count = unsafe sd_listen_fds_with_names(1, &names)
        defer { unsafe freeNames(names) }
        guard count >= 0 else {
            throw SupervisionError(
                .environment, errno: Errno(rawValue: -count),
                context: "LISTEN_FDS, LISTEN_FDNAMES or LISTEN_PID")
        }
        return (0..<Int(count)).map { index in
            // SD_LISTEN_FDS_START
            let descriptor = FileDescriptor(rawValue: 3 + CInt(index))
            let name = unsafe names?[index].map { unsafe String(cString: $0) }
            return ActivatedSocket(
                name: name ?? "unknown", descriptor: descriptor, kind: kind(of: descriptor))
        }
    }

    private static func kind(of descriptor: FileDescriptor) -> ActivatedSocket.Kind {
        let stream = CInt(SOCK_STREAM.rawValue)
        if sd_is_socket(descriptor.rawValue, AF_UNSPEC, stream, 1) > 0 { return .listeningStream }
        return sd_is_socket(descriptor.rawValue, AF_UNSPEC, 0, -1) > 0 ? .otherSocket : .notASocket
    }

    /// Frees what sd_listen_fds_with_names(3) allocated: the array, which ends in nil, and each string.
    private static func freeNames(_ names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) {
        guard var next = unsafe names else { return }
        while let name = unsafe next.pointee {
            unsafe free(name)
            unsafe next += 1
        }
        unsafe free(names)
    }
}
