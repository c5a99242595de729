// What Swift cannot see of OpenSSL 3: function-like macros, variadics and typed stacks, each as a static
// inline function under the prefix copenssl_. Only TLS, Digests and Passwords import this module.
#pragma once
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

// SSL_OP_* are built with the function-like macro SSL_OP_BIT.
static const uint64_t COPENSSL_OP_NO_RENEGOTIATION = SSL_OP_NO_RENEGOTIATION;
static const uint64_t COPENSSL_OP_NO_COMPRESSION = SSL_OP_NO_COMPRESSION;
static const uint64_t COPENSSL_OP_CIPHER_SERVER_PREFERENCE = SSL_OP_CIPHER_SERVER_PREFERENCE;
static const uint64_t COPENSSL_OP_PRIORITIZE_CHACHA = SSL_OP_PRIORITIZE_CHACHA;
static const uint64_t COPENSSL_OP_ENABLE_KTLS = SSL_OP_ENABLE_KTLS;
static const uint64_t COPENSSL_OP_IGNORE_UNEXPECTED_EOF = SSL_OP_IGNORE_UNEXPECTED_EOF;

// A macro of macros: RFC 2253, but with UTF-8 left as it is.
static const unsigned long COPENSSL_NAME_FLAGS = XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;

// Macro over SSL_CTX_ctrl.
static inline int copenssl_ctx_set_min_proto_version(SSL_CTX *ctx, int version) {
    return (int)SSL_CTX_set_min_proto_version(ctx, version);
}

// Macro over SSL_CTX_ctrl.
static inline int copenssl_ctx_set_max_proto_version(SSL_CTX *ctx, int version) {
    return (int)SSL_CTX_set_max_proto_version(ctx, version);
}

// Macro over SSL_ctrl.
static inline int copenssl_set_min_proto_version(SSL *ssl, int version) {
    return (int)SSL_set_min_proto_version(ssl, version);
}

// Macro over SSL_CTX_ctrl.
static inline void copenssl_ctx_set_mode(SSL_CTX *ctx, long mode) { (void)SSL_CTX_set_mode(ctx, mode); }

// Macro over SSL_CTX_ctrl.
static inline void copenssl_ctx_set_session_cache_mode(SSL_CTX *ctx, long mode) {
    (void)SSL_CTX_set_session_cache_mode(ctx, mode);
}

// Macro over SSL_CTX_ctrl.
static inline void copenssl_ctx_set_read_ahead(SSL_CTX *ctx, long on) { (void)SSL_CTX_set_read_ahead(ctx, on); }

// Macro over SSL_CTX_ctrl.
static inline int copenssl_ctx_set_groups_list(SSL_CTX *ctx, const char *groups) {
    return (int)SSL_CTX_set1_groups_list(ctx, groups);
}

// Typed stacks are macros over generated inline functions.
static inline const SSL_CIPHER *copenssl_first_cipher(const SSL_CTX *ctx) {
    return sk_SSL_CIPHER_value(SSL_CTX_get_ciphers(ctx), 0);
}

// Macro over SSL_CTX_ctrl; the context takes its own reference.
static inline int copenssl_ctx_add1_chain_cert(SSL_CTX *ctx, X509 *certificate) {
    return (int)SSL_CTX_add1_chain_cert(ctx, certificate);
}

// Macro over SSL_ctrl; the session takes its own reference.
static inline int copenssl_add1_chain_cert(SSL *ssl, X509 *certificate) {
    return (int)SSL_add1_chain_cert(ssl, certificate);
}

// Macro over SSL_CTX_callback_ctrl, with the function and its argument in one call.
static inline void copenssl_ctx_set_servername_callback(
    SSL_CTX *ctx, int (*callback)(SSL *, int *, void *), void *argument) {
    (void)SSL_CTX_set_tlsext_servername_callback(ctx, callback);
    (void)SSL_CTX_set_tlsext_servername_arg(ctx, argument);
}

// Macro over CRYPTO_get_ex_new_index.
static inline int copenssl_ctx_new_ex_index(void) { return SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL); }

// Macro over SSL_ctrl.
static inline int copenssl_set_host_name(SSL *ssl, const char *name) {
    return (int)SSL_set_tlsext_host_name(ssl, name);
}

// Macro over SSL_ctrl.
static inline int copenssl_negotiated_group(SSL *ssl) { return (int)SSL_get_negotiated_group(ssl); }

// Macros over SSL_ctrl and SSL_callback_ctrl.
static inline void copenssl_set_message_callback(
    SSL *ssl, void (*callback)(int, int, int, const void *, size_t, SSL *, void *), void *argument) {
    SSL_set_msg_callback(ssl, callback);
    SSL_set_msg_callback_arg(ssl, argument);
}
static inline STACK_OF(X509) *copenssl_own_chain(SSL *ssl) {
    STACK_OF(X509) *chain = NULL;
    SSL_get0_chain_certs(ssl, &chain);
    return chain;
}

// How this side signed the handshake: NIDs of key type and digest; 0 if it did not.
static inline int copenssl_signature(SSL *ssl, int *type, int *digest) {
    return SSL_get_signature_type_nid(ssl, type) == 1 && SSL_get_signature_nid(ssl, digest) == 1;
}

// Typed stacks are macros over generated inline functions.
static inline int copenssl_certificate_count(const STACK_OF(X509) *stack) { return stack ? sk_X509_num(stack) : 0; }
static inline X509 *copenssl_certificate(const STACK_OF(X509) *stack, int index) { return sk_X509_value(stack, index); }

// Macro over CRYPTO_get_ex_new_index.
static inline int copenssl_x509_new_ex_index(void) { return X509_get_ex_new_index(0, NULL, NULL, NULL, NULL); }

// Macros over BIO_set_flags and BIO_clear_flags.
static inline void copenssl_bio_clear_retry(BIO *bio) { BIO_clear_retry_flags(bio); }
static inline void copenssl_bio_set_retry_read(BIO *bio) { BIO_set_retry_read(bio); }
static inline void copenssl_bio_set_retry_write(BIO *bio) { BIO_set_retry_write(bio); }

// Macro over a variadic function; puts an errno value on the thread's error queue.
static inline void copenssl_raise_errno(int value) { ERR_raise(ERR_LIB_SYS, value); }

// The same, for why a certificate was refused.
static inline void copenssl_raise_verification(const char *reason) {
    ERR_raise_data(ERR_LIB_X509, X509_R_CERTIFICATE_VERIFICATION_FAILED, "%s", reason);
}

// Macro over BIO_ctrl; the bytes belong to the memory BIO.
static inline long copenssl_bio_mem_data(BIO *bio, char **data) { return BIO_get_mem_data(bio, data); }

// Macros over the variadic EVP_PKEY_Q_keygen.
static inline EVP_PKEY *copenssl_generate_p256(void) { return EVP_EC_gen("P-256"); }
static inline EVP_PKEY *copenssl_generate_rsa(int bits) { return EVP_RSA_gen((size_t)bits); }

// X509V3_set_ctx_nodb is a macro that assigns a field of the structure.
static inline void copenssl_x509v3_set_ctx(X509V3_CTX *context, X509 *issuer, X509 *subject, X509_CRL *list) {
    X509V3_set_ctx(context, issuer, subject, NULL, list, 0);
    X509V3_set_ctx_nodb(context);
}

// GENERAL_NAME is a union. Gives the bytes of a name (owned by it) and 'D' for a DNS name, 'I' for an address (in a
// constraint address and mask), 'E' for an e-mail address, 'U' for a URI, 0 for any other kind.
static inline char copenssl_general_name(const GENERAL_NAME *name, const unsigned char **bytes, int *length) {
    const ASN1_STRING *string = NULL;
    char kind = 0;
    if (name->type == GEN_DNS) {
        string = name->d.dNSName;
        kind = 'D';
    } else if (name->type == GEN_IPADD) {
        string = name->d.iPAddress;
        kind = 'I';
    } else if (name->type == GEN_EMAIL) {
        string = name->d.rfc822Name;
        kind = 'E';
    } else if (name->type == GEN_URI) {
        string = name->d.uniformResourceIdentifier;
        kind = 'U';
    }
    if (string) {
        *bytes = ASN1_STRING_get0_data(string);
        *length = ASN1_STRING_length(string);
    }
    return kind;
}

// Typed stacks are macros over generated inline functions.
static inline int copenssl_general_names_count(const GENERAL_NAMES *names) { return sk_GENERAL_NAME_num(names); }
static inline const GENERAL_NAME *copenssl_general_name_at(const GENERAL_NAMES *names, int index) {
    return sk_GENERAL_NAME_value(names, index);
}

// The same for the permitted subtrees of a constraint (RFC 5280, section 4.2.1.10).
static inline int copenssl_permitted_count(const NAME_CONSTRAINTS *constraints) {
    return sk_GENERAL_SUBTREE_num(constraints->permittedSubtrees);
}
static inline const GENERAL_NAME *copenssl_permitted_at(const NAME_CONSTRAINTS *constraints, int index) {
    return sk_GENERAL_SUBTREE_value(constraints->permittedSubtrees, index)->base;
}

// X509_get_ext_d2i gives an untyped pointer.
static inline GENERAL_NAMES *copenssl_subject_alternative_names(const X509 *certificate) {
    return (GENERAL_NAMES *)X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
}

static inline NAME_CONSTRAINTS *copenssl_name_constraints(const X509 *certificate) {
    return (NAME_CONSTRAINTS *)X509_get_ext_d2i(certificate, NID_name_constraints, NULL, NULL);
}

// The stack of certificates is typed. Encrypts with what OpenSSL takes by default, and adds one authority.
static inline PKCS12 *copenssl_pkcs12_create(
    const char *password, const char *name, EVP_PKEY *key, X509 *certificate, X509 *authority) {
    STACK_OF(X509) *chain = sk_X509_new_null();
    if (!chain || !sk_X509_push(chain, authority)) {
        sk_X509_free(chain);
        return NULL;
    }
    PKCS12 *made = PKCS12_create(password, name, key, certificate, chain, 0, 0, 0, 0, 0);
    sk_X509_free(chain);
    return made;
}

// OPENSSL_malloc and OPENSSL_clear_free are macros that add file and line.
static inline void *copenssl_allocate_secret(size_t size) { return OPENSSL_zalloc(size); }
static inline void copenssl_free_secret(void *secret, size_t size) { OPENSSL_clear_free(secret, size); }

// OSSL_PARAM keeps pointers to its names, which a Swift string would lend for one call only.
static inline int copenssl_mac_set_sha256_key(EVP_MAC_CTX *mac, void *key, size_t size) {
    char digest[] = "SHA256";
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key, size),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    return EVP_MAC_CTX_set_params(mac, parameters);
}

// What OpenSSL asks of a BIO whose records the kernel makes; bio.h has these numbers in a comment only.
enum { COPENSSL_CTRL_SET_KTLS = 72, COPENSSL_CTRL_SET_KTLS_RECORD_TYPE = 74, COPENSSL_CTRL_CLEAR_KTLS_RECORD_TYPE = 75 };
