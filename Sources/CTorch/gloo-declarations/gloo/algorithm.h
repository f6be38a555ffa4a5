// Mentioned by libtorch's header; nothing of it is used. See context.h.
#pragma once
