//! Where a shop lives.

use crate::domain::text_enum;

text_enum! {
    /// A platform whose orders huidan can gather.
    pub enum Platform("platform") {
        /// Orders come in files exported by hand.
        File = "file",
        /// Another program pushes normalised orders.
        Push = "push",
        Taobao = "taobao",
        Tmall = "tmall",
        Jd = "jd",
        Pdd = "pdd",
        Douyin = "douyin",
        Kuaishou = "kuaishou",
        Xiaohongshu = "xiaohongshu",
        Shopify = "shopify",
        Woocommerce = "woocommerce",
        Vendure = "vendure",
        Medusa = "medusa",
    }
}

impl Platform {
    /// The platform itself tells its orders: they come neither in files nor from programs of the seller's.
    pub fn tells_itself(self) -> bool {
        !matches!(self, Self::File | Self::Push)
    }
}
