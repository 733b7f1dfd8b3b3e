#include "CTransfer.h"

#include <openssl/evp.h>

// A ZooDigest is libcrypto's context under another name; the struct is never defined.

ZooDigest *zooDigestCreate(void) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  if (context == NULL) return NULL;
  if (EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1) {
    EVP_MD_CTX_free(context);
    return NULL;
  }
  return (ZooDigest *)context;
}

bool zooDigestUpdate(ZooDigest *digest, const void *bytes, size_t count) {
  return EVP_DigestUpdate((EVP_MD_CTX *)digest, bytes, count) == 1;
}

bool zooDigestFinish(ZooDigest *digest, uint8_t *result) {
  unsigned int count = 0;
  return EVP_DigestFinal_ex((EVP_MD_CTX *)digest, result, &count) == 1 && count == zooDigestSize;
}

void zooDigestDestroy(ZooDigest *digest) { EVP_MD_CTX_free((EVP_MD_CTX *)digest); }
