-- What a Keyferry whose newest migration was 0004_one_name had written: see written.ts.

INSERT INTO customers (id, identity, email, name, company, created_at) VALUES
  ('cus_01m6dv758034q1na426mwk2c1j', 'email:noor.veerman@example.com', 'noor.veerman@example.com', 'Noor Veerman', 'Veerman Charts', 1793613600000);

INSERT INTO customers (id, identity, email, name, company, reference, created_at) VALUES
  ('cus_01m6dv7580z06v5cyxt9efv23f', 'email:ada+sold@example.com', 'ada+sold@example.com', 'Ada Example', 'Example Analytics', '7374850624449', 1793613600000);

INSERT INTO orders (id, source, account, external_id, version, state, test, flags, refs, customer_id, currency, total, bought_at, revision_id, created_at, updated_at) VALUES
  ('ord_01m6dv7580dh22vnh3z5mamg6a', 'stripe', '', 'cs_test_a1Keyferryparked', 1, 'parked', 1, '[]', '["cs_test_a1Keyferryparked","pi_3Keyferryparked"]', 'cus_01m6dv758034q1na426mwk2c1j', 'eur', '14900', 1793613510000, 'rev_01m6dv7580g8chw83ae8rt726g', 1793613600000, 1793613600000);

INSERT INTO orders (id, source, account, external_id, version, state, test, flags, refs, customer_id, currency, total, bought_at, revision_id, created_at, updated_at) VALUES
  ('ord_01m6dv7580enyaakrbqkrm1dpr', 'stripe', '', 'cs_test_a1Keyferrysold', 1, 'issued', 1, '[]', '["cs_test_a1Keyferrysold","pi_3Keyferrysold"]', 'cus_01m6dv758034q1na426mwk2c1j', 'eur', '14900', 1793613510000, 'rev_01m6dv7580g8chw83ae8rt726g', 1793613600000, 1793613600000);

INSERT INTO orders (id, source, account, external_id, label, version, state, test, flags, refs, customer_id, currency, total, bought_at, revision_id, created_at, updated_at) VALUES
  ('ord_01m6dv7580a90g7502142bvpye', 'shopify', '', '6993780962175', '#3175', 1, 'issued', 1, '[]', '["6993780962175","gid://shopify/Order/6993780962175"]', 'cus_01m6dv7580z06v5cyxt9efv23f', 'usd', '227.00', 1793613600000, 'rev_01m6dv7580zsz0pjy8qwjkswbz', 1793613600000, 1793613600000);

INSERT INTO event_awaits (source, account, ref, event_id) VALUES
  ('shopify', '', '6239699328890', 'evt_01m6dv7580qfq4c53ne0ep7ca1');

INSERT INTO event_bodies (event_id, part, bytes) VALUES
  ('evt_01m6dv7580g2j4gst6c1pqany1', 0, CAST('{
  "id": "evt_1Keyferryonetimesold",
  "object": "event",
  "api_version": "2026-10-28.endive",
  "created": 1793613600,
  "data": {
    "object": {
      "id": "cs_test_a1Keyferrysold",
      "object": "checkout.session",
      "adaptive_pricing": {
        "enabled": true
      },
      "after_expiration": null,
      "allow_promotion_codes": true,
      "allowed_payment_method_types": null,
      "amount_subtotal": 14900,
      "amount_total": 14900,
      "automatic_tax": {
        "enabled": false,
        "liability": null,
        "provider": null,
        "status": null
      },
      "billing_address_collection": "auto",
      "cancel_url": "https://acme.example/pricing",
      "client_reference_id": null,
      "client_secret": null,
      "collected_information": {
        "business_name": null,
        "individual_name": null,
        "shipping_details": null
      },
      "consent": null,
      "consent_collection": null,
      "created": 1793613510,
      "currency": "eur",
      "currency_conversion": null,
      "custom_fields": [],
      "custom_text": {
        "after_submit": null,
        "shipping_address": null,
        "submit": null,
        "terms_of_service_acceptance": null
      },
      "customer": null,
      "customer_account": null,
      "customer_creation": "if_required",
      "customer_details": {
        "address": {
          "city": "Utrecht",
          "country": "NL",
          "line1": "Werfstraat 12",
          "line2": null,
          "postal_code": "3511 AA",
          "state": null
        },
        "business_name": "Veerman Charts",
        "email": "noor.veerman@example.com",
        "individual_name": null,
        "name": "Noor Veerman",
        "phone": null,
        "tax_exempt": "none",
        "tax_ids": []
      },
      "customer_email": null,
      "discounts": [],
      "expires_at": 1793699910,
      "integration_identifier": null,
      "invoice": null,
      "invoice_creation": {
        "enabled": false,
        "invoice_data": {
          "account_tax_ids": null,
          "custom_fields": null,
          "description": null,
          "footer": null,
          "issuer": null,
          "metadata": {},
          "rendering_options": null
        }
      },
      "livemode": false,
      "locale": "en",
      "managed_payments": {
        "enabled": false
      },
      "metadata": {
        "product_code": "acmepro",
        "license_policy": "perpetual"
      },
      "mode": "payment",
      "origin_context": null,
      "payment_intent": "pi_3Keyferrysold",
      "payment_link": null,
      "payment_method_collection": "if_required",
      "payment_method_configuration_details": null,
      "payment_method_options": {
        "card": {
          "request_three_d_secure": "automatic"
        }
      },
      "payment_method_types": [
        "card"
      ],
      "payment_status": "paid",
      "permissions": null,
      "phone_number_collection": {
        "enabled": false
      },
      "presentment_details": null,
      "recovered_from": null,
      "saved_payment_method_options": null,
      "setup_intent": null,
      "shipping_address_collection": null,
      "shipping_cost": null,
      "shipping_options": [],
      "status": "complete",
      "submit_type": null,
      "subscription": null,
      "success_url": "https://acme.example/thanks",
      "total_details": {
        "amount_discount": 0,
        "amount_shipping": 0,
        "amount_tax": 0
      },
      "ui_mode": "hosted_page",
      "url": null,
      "wallet_options": null
    }
  },
  "livemode": false,
  "pending_webhooks": 1,
  "request": {
    "id": null,
    "idempotency_key": null
  },
  "type": "checkout.session.completed"
}' AS BLOB));

INSERT INTO event_bodies (event_id, part, bytes) VALUES
  ('evt_01m6dv7580szwk157y9brmjr72', 0, CAST('{"id":6993780962175,"admin_graphql_api_id":"gid://shopify/Order/6993780962175","app_id":580111,"browser_ip":null,"buyer_accepts_marketing":false,"cancel_reason":null,"cancelled_at":null,"cart_token":null,"checkout_token":null,"client_details":null,"closed_at":null,"confirmation_number":"KF3175","confirmed":true,"contact_email":"ada+sold@example.com","created_at":"2026-11-02T10:00:00+00:00","currency":"USD","current_subtotal_price":"227.00","current_subtotal_price_set":{"shop_money":{"amount":"227.00","currency_code":"USD"},"presentment_money":{"amount":"227.00","currency_code":"USD"}},"current_total_discounts":"0.00","current_total_price":"227.00","current_total_price_set":{"shop_money":{"amount":"227.00","currency_code":"USD"},"presentment_money":{"amount":"227.00","currency_code":"USD"}},"current_total_tax":"0.00","customer_locale":"en-US","discount_codes":[],"duties_included":false,"email":"ada+sold@example.com","estimated_taxes":false,"financial_status":"paid","fulfillment_status":null,"landing_site":null,"location_id":null,"merchant_business_entity_id":"S2V5ZmVycnk","name":"#3175","note":null,"note_attributes":[],"number":2175,"order_number":3175,"order_status_url":"https://keyferry-sample.myshopify.com/70000000001/orders/sold/authenticate?key=sample","payment_gateway_names":["shopify_payments"],"phone":null,"po_number":null,"presentment_currency":"USD","processed_at":"2026-11-02T10:00:00+00:00","referring_site":null,"source_identifier":null,"source_name":"web","subtotal_price":"227.00","subtotal_price_set":{"shop_money":{"amount":"227.00","currency_code":"USD"},"presentment_money":{"amount":"227.00","currency_code":"USD"}},"tags":"","tax_exempt":false,"tax_lines":[],"taxes_included":false,"test":false,"token":"sold","total_cash_rounding_payment_adjustment_set":{"shop_money":{"amount":"0.00","currency_code":"USD"},"presentment_money":{"amount":"0.00","currency_code":"USD"}},"total_cash_rounding_refund_adjustment_set":{"shop_money":{"amount":"0.00","currency_code":"USD"},"presentment_money":{"amount":"0.00","currency_code":"USD"}},"total_discounts":"0.00","total_line_items_price":"227.00","total_outstanding":"0.00","total_price":"227.00","total_price_set":{"shop_money":{"amount":"227.00","currency_code":"USD"},"presentment_money":{"amount":"227.00","currency_code":"USD"}},"total_shipping_price_set":{"shop_money":{"amount":"0.00","currency_code":"USD"},"presentment_money":{"amount":"0.00","currency_code":"USD"}},"total_tax":"0.00","total_tip_received":"0.00","total_weight":0,"updated_at":"2026-11-02T10:00:00+00:00","user_id":null,"billing_address":{"first_name":"Ada","address1":"12 Engine Row","phone":null,"city":"Portland","zip":"97201","province":"Oregon","country":"United States","last_name":"Example","address2":null,"company":"Example Analytics","latitude":null,"longitude":null,"name":"Ada Example","country_code":"US","province_code":"OR"},"customer":{"id":7374850624449,"email":"ada+sold@example.com","created_at":"2026-11-02T10:00:00+00:00","updated_at":"2026-11-02T10:00:00+00:00","first_name":"Ada","last_name":"Example","state":"disabled","note":null,"verified_email":true,"multipass_identifier":null,"tax_exempt":false,"phone":null,"currency":"USD","tax_exemptions":[],"admin_graphql_api_id":"gid://shopify/Customer/7374850624449","default_address":{"first_name":"Ada","address1":"12 Engine Row","phone":null,"city":"Portland","zip":"97201","province":"Oregon","country":"United States","last_name":"Example","address2":null,"company":"Example Analytics","latitude":null,"longitude":null,"name":"Ada Example","country_code":"US","province_code":"OR","customer_id":7374850624449,"country_name":"United States","default":true}},"discount_applications":[],"fulfillments":[],"line_item_groups":[],"line_items":[{"id":15763194978087,"admin_graphql_api_id":"gid://shopify/LineItem/15763194978087","attributed_staffs":[],"current_quantity":2,"fulfillable_quantity":2,"fulfillment_service":"manual","fulfillment_status":null,"gift_card":false,"grams":0,"name":"Acme Pro","price":"49.00","price_set":{"shop_money":{"amount":"49.00","currency_code":"USD"},"presentment_money":{"amount":"49.00","currency_code":"USD"}},"product_exists":true,"product_id":10906661567317,"properties":[],"quantity":2,"requires_shipping":false,"sales_line_item_group_id":null,"selling_plan_id":null,"sku":"ACME-PRO-1","taxable":false,"title":"Acme Pro","total_discount":"0.00","total_discount_set":{"shop_money":{"amount":"0.00","currency_code":"USD"},"presentment_money":{"amount":"0.00","currency_code":"USD"}},"variant_id":45683760884932,"variant_inventory_management":null,"variant_title":null,"vendor":"Acme Software","tax_lines":[],"duties":[],"discount_allocations":[]},{"id":17663683349876,"admin_graphql_api_id":"gid://shopify/LineItem/17663683349876","attributed_staffs":[],"current_quantity":1,"fulfillable_quantity":1,"fulfillment_service":"manual","fulfillment_status":null,"gift_card":false,"grams":0,"name":"Acme Suite","price":"129.00","price_set":{"shop_money":{"amount":"129.00","currency_code":"USD"},"presentment_money":{"amount":"129.00","currency_code":"USD"}},"product_exists":true,"product_id":8195171209690,"properties":[],"quantity":1,"requires_shipping":false,"sales_line_item_group_id":null,"selling_plan_id":null,"sku":"ACME-SUITE-1","taxable":false,"title":"Acme Suite","total_discount":"0.00","total_discount_set":{"shop_money":{"amount":"0.00","currency_code":"USD"},"presentment_money":{"amount":"0.00","currency_code":"USD"}},"variant_id":46918704838157,"variant_inventory_management":null,"variant_title":null,"vendor":"Acme Software","tax_lines":[],"duties":[],"discount_allocations":[]}],"payment_terms":null,"refunds":[],"returns":[],"shipping_address":null,"shipping_lines":[]}' AS BLOB));

INSERT INTO event_bodies (event_id, part, bytes) VALUES
  ('evt_01m6dv7580jzd7symqx5adnb48', 0, CAST('{
  "id": "evt_1Keyferrypaymentlinkparked",
  "object": "event",
  "api_version": "2026-10-28.endive",
  "created": 1793613600,
  "data": {
    "object": {
      "id": "cs_test_a1Keyferryparked",
      "object": "checkout.session",
      "adaptive_pricing": {
        "enabled": true
      },
      "after_expiration": null,
      "allow_promotion_codes": true,
      "allowed_payment_method_types": null,
      "amount_subtotal": 14900,
      "amount_total": 14900,
      "automatic_tax": {
        "enabled": false,
        "liability": null,
        "provider": null,
        "status": null
      },
      "billing_address_collection": "auto",
      "cancel_url": "https://stripe.com",
      "client_reference_id": null,
      "client_secret": null,
      "collected_information": {
        "business_name": null,
        "individual_name": null,
        "shipping_details": null
      },
      "consent": null,
      "consent_collection": null,
      "created": 1793613510,
      "currency": "eur",
      "currency_conversion": null,
      "custom_fields": [],
      "custom_text": {
        "after_submit": null,
        "shipping_address": null,
        "submit": null,
        "terms_of_service_acceptance": null
      },
      "customer": null,
      "customer_account": null,
      "customer_creation": "if_required",
      "customer_details": {
        "address": {
          "city": "Utrecht",
          "country": "NL",
          "line1": "Werfstraat 12",
          "line2": null,
          "postal_code": "3511 AA",
          "state": null
        },
        "business_name": "Veerman Charts",
        "email": "noor.veerman@example.com",
        "individual_name": null,
        "name": "Noor Veerman",
        "phone": null,
        "tax_exempt": "none",
        "tax_ids": []
      },
      "customer_email": null,
      "discounts": [],
      "expires_at": 1793699910,
      "integration_identifier": null,
      "invoice": null,
      "invoice_creation": {
        "enabled": false,
        "invoice_data": {
          "account_tax_ids": null,
          "custom_fields": null,
          "description": null,
          "footer": null,
          "issuer": null,
          "metadata": {},
          "rendering_options": null
        }
      },
      "livemode": false,
      "locale": "en",
      "managed_payments": {
        "enabled": false
      },
      "metadata": {},
      "mode": "payment",
      "origin_context": null,
      "payment_intent": "pi_3Keyferryparked",
      "payment_link": "plink_1AcmePro",
      "payment_method_collection": "if_required",
      "payment_method_configuration_details": null,
      "payment_method_options": {
        "card": {
          "request_three_d_secure": "automatic"
        }
      },
      "payment_method_types": [
        "card"
      ],
      "payment_status": "paid",
      "permissions": null,
      "phone_number_collection": {
        "enabled": false
      },
      "presentment_details": null,
      "recovered_from": null,
      "saved_payment_method_options": null,
      "setup_intent": null,
      "shipping_address_collection": null,
      "shipping_cost": null,
      "shipping_options": [],
      "status": "complete",
      "submit_type": "auto",
      "subscription": null,
      "success_url": "https://stripe.com",
      "total_details": {
        "amount_discount": 0,
        "amount_shipping": 0,
        "amount_tax": 0
      },
      "ui_mode": "hosted_page",
      "url": null,
      "wallet_options": null
    }
  },
  "livemode": false,
  "pending_webhooks": 1,
  "request": {
    "id": null,
    "idempotency_key": null
  },
  "type": "checkout.session.completed"
}' AS BLOB));

INSERT INTO event_bodies (event_id, part, bytes) VALUES
  ('evt_01m6dv7580qfq4c53ne0ep7ca1', 0, CAST('{"id":8239927347203,"order_id":6239699328890,"created_at":"2026-11-02T10:00:00+00:00","note":null,"user_id":null,"processed_at":"2026-11-02T10:00:00+00:00","restock":false,"duties":[],"total_duties_set":{"shop_money":{"amount":"0.00","currency_code":"USD"},"presentment_money":{"amount":"0.00","currency_code":"USD"}},"return":null,"refund_shipping_lines":[],"additional_fees":[],"admin_graphql_api_id":"gid://shopify/Refund/8239927347203","order_adjustments":[],"refund_line_items":[{"id":7643615758438,"line_item_id":17088443939540,"quantity":1,"location_id":null,"restock_type":"no_restock","subtotal":49,"subtotal_set":{"shop_money":{"amount":"49.00","currency_code":"USD"},"presentment_money":{"amount":"49.00","currency_code":"USD"}},"total_tax":0,"total_tax_set":{"shop_money":{"amount":"0.00","currency_code":"USD"},"presentment_money":{"amount":"0.00","currency_code":"USD"}},"line_item":{"id":17088443939540,"admin_graphql_api_id":"gid://shopify/LineItem/17088443939540","attributed_staffs":[],"current_quantity":2,"fulfillable_quantity":2,"fulfillment_service":"manual","fulfillment_status":null,"gift_card":false,"grams":0,"name":"Acme Pro","price":"49.00","price_set":{"shop_money":{"amount":"49.00","currency_code":"USD"},"presentment_money":{"amount":"49.00","currency_code":"USD"}},"product_exists":true,"product_id":10906661567317,"properties":[],"quantity":2,"requires_shipping":false,"sales_line_item_group_id":null,"selling_plan_id":null,"sku":"ACME-PRO-1","taxable":false,"title":"Acme Pro","total_discount":"0.00","total_discount_set":{"shop_money":{"amount":"0.00","currency_code":"USD"},"presentment_money":{"amount":"0.00","currency_code":"USD"}},"variant_id":45683760884932,"variant_inventory_management":null,"variant_title":null,"vendor":"Acme Software","tax_lines":[],"duties":[],"discount_allocations":[]}}],"transactions":[{"id":7676665764611,"admin_graphql_api_id":"gid://shopify/OrderTransaction/7676665764611","order_id":6239699328890,"kind":"refund","gateway":"shopify_payments","status":"success","message":null,"created_at":"2026-11-02T10:00:00+00:00","processed_at":"2026-11-02T10:00:00+00:00","test":false,"amount":"49.00","currency":"USD","parent_id":null}]}' AS BLOB));

INSERT INTO event_bodies (event_id, part, bytes) VALUES
  ('evt_01m6dv7580pw3r5050t7p6gb9a', 0, CAST('{
  "id": "evt_1Keyferryonetimeheld",
  "object": "event",
  "api_version": "2026-10-28.endive",
  "created": 1793613600,
  "data": {
    "object": {
      "id": "cs_test_a1Keyferryheld",
      "object": "checkout.session",
      "adaptive_pricing": {
        "enabled": true
      },
      "after_expiration": null,
      "allow_promotion_codes": true,
      "allowed_payment_method_types": null,
      "amount_subtotal": 14900,
      "amount_total": 14900,
      "automatic_tax": {
        "enabled": false,
        "liability": null,
        "provider": null,
        "status": null
      },
      "billing_address_collection": "auto",
      "cancel_url": "https://acme.example/pricing",
      "client_reference_id": null,
      "client_secret": null,
      "collected_information": {
        "business_name": null,
        "individual_name": null,
        "shipping_details": null
      },
      "consent": null,
      "consent_collection": null,
      "created": 1793613510,
      "currency": "eur",
      "currency_conversion": null,
      "custom_fields": [],
      "custom_text": {
        "after_submit": null,
        "shipping_address": null,
        "submit": null,
        "terms_of_service_acceptance": null
      },
      "customer": null,
      "customer_account": null,
      "customer_creation": "if_required",
      "customer_details": {
        "address": {
          "city": "Utrecht",
          "country": "NL",
          "line1": "Werfstraat 12",
          "line2": null,
          "postal_code": "3511 AA",
          "state": null
        },
        "business_name": "Veerman Charts",
        "email": "noor.veerman@example.com",
        "individual_name": null,
        "name": "Noor Veerman",
        "phone": null,
        "tax_exempt": "none",
        "tax_ids": []
      },
      "customer_email": null,
      "discounts": [],
      "expires_at": 1793699910,
      "integration_identifier": null,
      "invoice": null,
      "invoice_creation": {
        "enabled": false,
        "invoice_data": {
          "account_tax_ids": null,
          "custom_fields": null,
          "description": null,
          "footer": null,
          "issuer": null,
          "metadata": {},
          "rendering_options": null
        }
      },
      "livemode": false,
      "locale": "en",
      "managed_payments": {
        "enabled": false
      },
      "metadata": {
        "product_code": "acmepro",
        "license_policy": "perpetual"
      },
      "mode": "payment",
      "origin_context": null,
      "payment_intent": "pi_3Keyferryheld",
      "payment_link": null,
      "payment_method_collection": "if_required",
      "payment_method_configuration_details": null,
      "payment_method_options": {
        "card": {
          "request_three_d_secure": "automatic"
        }
      },
      "payment_method_types": [
        "card"
      ],
      "payment_status": "paid",
      "permissions": null,
      "phone_number_collection": {
        "enabled": false
      },
      "presentment_details": null,
      "recovered_from": null,
      "saved_payment_method_options": null,
      "setup_intent": null,
      "shipping_address_collection": null,
      "shipping_cost": null,
      "shipping_options": [],
      "status": "complete",
      "submit_type": null,
      "subscription": null,
      "success_url": "https://acme.example/thanks",
      "total_details": {
        "amount_discount": 0,
        "amount_shipping": 0,
        "amount_tax": 0
      },
      "ui_mode": "hosted_page",
      "url": null,
      "wallet_options": null
    }
  },
  "livemode": false,
  "pending_webhooks": 1,
  "request": {
    "id": null,
    "idempotency_key": null
  },
  "type": "checkout.session.completed"
}' AS BLOB));

INSERT INTO event_bodies (event_id, part, bytes) VALUES
  ('evt_01m6dv7580ph3gvrhztyhzys7k', 0, CAST('{
  "id": "evt_1Keyferryonetimefresh",
  "object": "event",
  "api_version": "2026-10-28.endive",
  "created": 1793613600,
  "data": {
    "object": {
      "id": "cs_test_a1Keyferryfresh",
      "object": "checkout.session",
      "adaptive_pricing": {
        "enabled": true
      },
      "after_expiration": null,
      "allow_promotion_codes": true,
      "allowed_payment_method_types": null,
      "amount_subtotal": 14900,
      "amount_total": 14900,
      "automatic_tax": {
        "enabled": false,
        "liability": null,
        "provider": null,
        "status": null
      },
      "billing_address_collection": "auto",
      "cancel_url": "https://acme.example/pricing",
      "client_reference_id": null,
      "client_secret": null,
      "collected_information": {
        "business_name": null,
        "individual_name": null,
        "shipping_details": null
      },
      "consent": null,
      "consent_collection": null,
      "created": 1793613510,
      "currency": "eur",
      "currency_conversion": null,
      "custom_fields": [],
      "custom_text": {
        "after_submit": null,
        "shipping_address": null,
        "submit": null,
        "terms_of_service_acceptance": null
      },
      "customer": null,
      "customer_account": null,
      "customer_creation": "if_required",
      "customer_details": {
        "address": {
          "city": "Utrecht",
          "country": "NL",
          "line1": "Werfstraat 12",
          "line2": null,
          "postal_code": "3511 AA",
          "state": null
        },
        "business_name": "Veerman Charts",
        "email": "noor.veerman@example.com",
        "individual_name": null,
        "name": "Noor Veerman",
        "phone": null,
        "tax_exempt": "none",
        "tax_ids": []
      },
      "customer_email": null,
      "discounts": [],
      "expires_at": 1793699910,
      "integration_identifier": null,
      "invoice": null,
      "invoice_creation": {
        "enabled": false,
        "invoice_data": {
          "account_tax_ids": null,
          "custom_fields": null,
          "description": null,
          "footer": null,
          "issuer": null,
          "metadata": {},
          "rendering_options": null
        }
      },
      "livemode": false,
      "locale": "en",
      "managed_payments": {
        "enabled": false
      },
      "metadata": {
        "product_code": "acmepro",
        "license_policy": "perpetual"
      },
      "mode": "payment",
      "origin_context": null,
      "payment_intent": "pi_3Keyferryfresh",
      "payment_link": null,
      "payment_method_collection": "if_required",
      "payment_method_configuration_details": null,
      "payment_method_options": {
        "card": {
          "request_three_d_secure": "automatic"
        }
      },
      "payment_method_types": [
        "card"
      ],
      "payment_status": "paid",
      "permissions": null,
      "phone_number_collection": {
        "enabled": false
      },
      "presentment_details": null,
      "recovered_from": null,
      "saved_payment_method_options": null,
      "setup_intent": null,
      "shipping_address_collection": null,
      "shipping_cost": null,
      "shipping_options": [],
      "status": "complete",
      "submit_type": null,
      "subscription": null,
      "success_url": "https://acme.example/thanks",
      "total_details": {
        "amount_discount": 0,
        "amount_shipping": 0,
        "amount_tax": 0
      },
      "ui_mode": "hosted_page",
      "url": null,
      "wallet_options": null
    }
  },
  "livemode": false,
  "pending_webhooks": 1,
  "request": {
    "id": null,
    "idempotency_key": null
  },
  "type": "checkout.session.completed"
}' AS BLOB));

INSERT INTO events (id, source, key, account, type, mode, created_at, received_at, headers, state, attempts, deaths, due_at, refresh, order_id) VALUES
  ('evt_01m6dv7580g2j4gst6c1pqany1', 'stripe', 'evt_1Keyferryonetimesold', '', 'checkout.session.completed', 'test', 1793613600000, 1793613600000, '{}', 'done', 0, 0, 1793613608000, 0, 'ord_01m6dv7580enyaakrbqkrm1dpr');

INSERT INTO events (id, source, key, account, type, received_at, headers, state, attempts, deaths, due_at, refresh, order_id) VALUES
  ('evt_01m6dv7580szwk157y9brmjr72', 'shopify', '7bbcbb0c2409a860b515166b4d16d66c2ec53a77bbb792d4be27dbcf0e2b8872', '', 'orders/paid', 1793613600000, '{"x-shopify-topic":"orders/paid","x-shopify-shop-domain":"keyferry-sample.myshopify.com","x-shopify-webhook-id":"3ac54f9f-f6d4-1609-92d5-8752153112ca","x-shopify-event-id":"14809593-1f70-7d1d-ff61-13ec14c4379a","x-shopify-triggered-at":"2026-11-02T10:00:00.000000000Z","x-shopify-api-version":"2026-10"}', 'done', 0, 0, 1793613608000, 0, 'ord_01m6dv7580a90g7502142bvpye');

INSERT INTO events (id, source, key, account, type, mode, created_at, received_at, headers, state, problem, attempts, deaths, due_at, refresh, order_id) VALUES
  ('evt_01m6dv7580jzd7symqx5adnb48', 'stripe', 'evt_1Keyferrypaymentlinkparked', '', 'checkout.session.completed', 'test', 1793613600000, 1793613600000, '{}', 'done', '{"code":"line_refs_unknown","detail":"rule 1: the line has no metadata.product_code"}', 0, 0, 1793613608000, 0, 'ord_01m6dv7580dh22vnh3z5mamg6a');

INSERT INTO events (id, source, key, account, type, received_at, headers, state, problem, attempts, deaths, due_at, refresh) VALUES
  ('evt_01m6dv7580qfq4c53ne0ep7ca1', 'shopify', 'abfc2ae8b83c193f9addf7d9b5b10bc91aedca7ffc033d3d8d831c2ec992251b', '', 'refunds/create', 1793613600000, '{"x-shopify-topic":"refunds/create","x-shopify-shop-domain":"keyferry-sample.myshopify.com","x-shopify-webhook-id":"d539f5b1-401e-e5ae-624d-32893fb1bc4b","x-shopify-event-id":"5728ce1d-b54b-8dc7-61cc-4b64102a0409","x-shopify-triggered-at":"2026-11-02T10:00:00.000000000Z","x-shopify-api-version":"2026-10"}', 'waiting', '{"code":"sale_unknown","detail":"waits for 6239699328890"}', 0, 0, 1793700000000, 0);

INSERT INTO events (id, source, key, account, type, mode, created_at, received_at, headers, state, attempts, deaths, due_at, lease, refresh) VALUES
  ('evt_01m6dv7580pw3r5050t7p6gb9a', 'stripe', 'evt_1Keyferryonetimeheld', '', 'checkout.session.completed', 'test', 1793613600000, 1793613600000, '{}', 'received', 0, 0, 1793613608000, 'lease_01m6dv75809kwsrkbv3qz1n3r6', 0);

INSERT INTO events (id, source, key, account, type, mode, created_at, received_at, headers, state, attempts, deaths, due_at, refresh) VALUES
  ('evt_01m6dv7580ph3gvrhztyhzys7k', 'stripe', 'evt_1Keyferryonetimefresh', '', 'checkout.session.completed', 'test', 1793613600000, 1793613600000, '{}', 'received', 0, 0, 1793613600000, 0);

INSERT INTO licenses (id, order_id, line_id, unit, part, generation, replaced, key, product, policy, license_type, state, reasons, fields, starts_at, issuer, created_at, updated_at) VALUES
  ('lic_01m6dv7580ewc9qnzb48gt3znf', 'ord_01m6dv7580enyaakrbqkrm1dpr', 'session', 0, 'acmepro.0', 0, 0, '35VC-KXQ5-7QRC-AWC4-RX5Y-76GH', 'acmepro', 'perpetual', 'perpetual', 'active', '[]', '{"license_type":"perpetual"}', 1793613600000, 'embedded', 1793613600000, 1793613600000);

INSERT INTO licenses (id, order_id, line_id, unit, part, generation, replaced, key, product, policy, license_type, state, reasons, fields, starts_at, issuer, created_at, updated_at) VALUES
  ('lic_01m6dv75803rypfncd91w30z0d', 'ord_01m6dv7580a90g7502142bvpye', '15763194978087', 0, 'acmepro.0', 0, 0, '35VC-PX82-M8HG-MAJ8-S2TN-NCPC', 'acmepro', 'perpetual', 'perpetual', 'active', '[]', '{"license_type":"perpetual"}', 1793613600000, 'embedded', 1793613600000, 1793613600000);

INSERT INTO licenses (id, order_id, line_id, unit, part, generation, replaced, key, product, policy, license_type, state, reasons, fields, starts_at, issuer, created_at, updated_at) VALUES
  ('lic_01m6dv7580mpe35tr4yhkayb1d', 'ord_01m6dv7580a90g7502142bvpye', '15763194978087', 1, 'acmepro.0', 0, 0, '35VC-KH4A-23KY-SK83-ZS5D-AJ89', 'acmepro', 'perpetual', 'perpetual', 'active', '[]', '{"license_type":"perpetual"}', 1793613600000, 'embedded', 1793613600000, 1793613600000);

INSERT INTO licenses (id, order_id, line_id, unit, part, generation, replaced, key, product, policy, license_type, state, reasons, fields, starts_at, issuer, created_at, updated_at) VALUES
  ('lic_01m6dv75805gpf5jf997nfdv7h', 'ord_01m6dv7580a90g7502142bvpye', '17663683349876', 0, 'acmepro.0', 0, 0, '35VC-0M81-GACQ-7E5Z-SR61-PAAP', 'acmepro', 'perpetual', 'perpetual', 'active', '[]', '{"license_type":"perpetual"}', 1793613600000, 'embedded', 1793613600000, 1793613600000);

INSERT INTO licenses (id, order_id, line_id, unit, part, generation, replaced, key, product, policy, license_type, state, reasons, fields, starts_at, issuer, created_at, updated_at) VALUES
  ('lic_01m6dv7580kpq5gyks38cq7h9x', 'ord_01m6dv7580a90g7502142bvpye', '17663683349876', 0, 'acmecli.0', 0, 0, '35VC-JGG8-ZRKH-B2E3-AGDE-2FCZ', 'acmecli', 'perpetual', 'perpetual', 'active', '[]', '{"license_type":"perpetual"}', 1793613600000, 'embedded', 1793613600000, 1793613600000);

INSERT INTO mapping_revisions (id, source, number, origin, mapping, catalog, created_at, created_by) VALUES
  ('rev_01m6dv7580g8chw83ae8rt726g', 'stripe', 1, 'file', '{"integration":"stripe","mode":"test","issuer":"embedded","settings":{"webhook_secrets":["$STRIPE_SECRET"]},"rules":[{"when":{"metadata.product_code":["*"]},"grant":[{"product":"{{line.metadata.product_code}}","per":"unit","values":{}}]}],"unmapped":"park","on":{"refund_full":"revoke","refund_partial":"by_unit","dispute_opened":"suspend","dispute_lost":"revoke","order_cancelled":"revoke","payment_past_due":{"keep_for":"3d","then":"suspend"},"subscription_unpaid":"suspend","subscription_paused":"suspend","subscription_ended":"expire"},"renewal":"park","deliver":["email"],"test_orders":"issue"}', '{"products":[{"code":"acmepro","name":"Acme Pro","authorization":"key","features":[],"custom_fields":[],"policies":[{"code":"perpetual","default":true,"license_type":"perpetual","name":"perpetual"}]},{"code":"acmecli","name":"Acme CLI","authorization":"key","features":[],"custom_fields":[],"policies":[{"code":"perpetual","default":true,"license_type":"perpetual","name":"perpetual"}]}],"bundles":[{"code":"acmesuite","products":[{"product":"acmepro"},{"product":"acmecli"}],"name":"acmesuite"}]}', 1793613600000, 'stripe.yaml');

INSERT INTO mapping_revisions (id, source, number, origin, mapping, catalog, created_at, created_by) VALUES
  ('rev_01m6dv7580zsz0pjy8qwjkswbz', 'shopify', 1, 'file', '{"integration":"shopify","mode":"test","issuer":"embedded","settings":{"webhook_secrets":["$SHOPIFY_SECRET"]},"rules":[{"when":{"sku":["ACME-PRO-*"]},"grant":[{"product":"acmepro","per":"unit","values":{}}]},{"when":{"sku":["ACME-SUITE-*"]},"grant":[{"bundle":"acmesuite","per":"unit","values":{}}]}],"unmapped":"park","on":{"refund_full":"revoke","refund_partial":"by_unit","dispute_opened":"suspend","dispute_lost":"revoke","order_cancelled":"revoke","payment_past_due":{"keep_for":"3d","then":"suspend"},"subscription_unpaid":"suspend","subscription_paused":"suspend","subscription_ended":"expire"},"renewal":"park","deliver":["email"],"test_orders":"issue"}', '{"products":[{"code":"acmepro","name":"Acme Pro","authorization":"key","features":[],"custom_fields":[],"policies":[{"code":"perpetual","default":true,"license_type":"perpetual","name":"perpetual"}]},{"code":"acmecli","name":"Acme CLI","authorization":"key","features":[],"custom_fields":[],"policies":[{"code":"perpetual","default":true,"license_type":"perpetual","name":"perpetual"}]}],"bundles":[{"code":"acmesuite","products":[{"product":"acmepro"},{"product":"acmecli"}],"name":"acmesuite"}]}', 1793613600000, 'shopify.yaml');

INSERT INTO mapping_revisions (id, source, number, origin, mapping, catalog, created_at, created_by) VALUES
  ('rev_01m6dv758091n79y6ms12seqzb', 'manual', 1, 'file', '{"integration":"manual","mode":"live","issuer":"embedded","settings":{},"rules":[],"unmapped":"park","test_orders":"issue","on":{"refund_full":"revoke","refund_partial":"by_unit","dispute_opened":"suspend","dispute_lost":"revoke","order_cancelled":"revoke","payment_past_due":{"keep_for":"3d","then":"suspend"},"subscription_unpaid":"suspend","subscription_paused":"suspend","subscription_ended":"expire"},"renewal":"park","deliver":["email"]}', '{"products":[{"code":"acmepro","name":"Acme Pro","authorization":"key","features":[],"custom_fields":[],"policies":[{"code":"perpetual","default":true,"license_type":"perpetual","name":"perpetual"}]},{"code":"acmecli","name":"Acme CLI","authorization":"key","features":[],"custom_fields":[],"policies":[{"code":"perpetual","default":true,"license_type":"perpetual","name":"perpetual"}]}],"bundles":[{"code":"acmesuite","products":[{"product":"acmepro"},{"product":"acmecli"}],"name":"acmesuite"}]}', 1793613600000, 'catalog.yaml');

INSERT INTO order_buyers (source, account, kind, name, order_id) VALUES
  ('stripe', '', 'email', 'noor.veerman@example.com', 'ord_01m6dv7580dh22vnh3z5mamg6a');

INSERT INTO order_buyers (source, account, kind, name, order_id) VALUES
  ('stripe', '', 'email', 'noor.veerman@example.com', 'ord_01m6dv7580enyaakrbqkrm1dpr');

INSERT INTO order_buyers (source, account, kind, name, order_id) VALUES
  ('shopify', '', 'reference', '7374850624449', 'ord_01m6dv7580a90g7502142bvpye');

INSERT INTO order_buyers (source, account, kind, name, order_id) VALUES
  ('shopify', '', 'email', 'ada+sold@example.com', 'ord_01m6dv7580a90g7502142bvpye');

INSERT INTO order_items (order_id, ordinal, line_id, title, quantity, state, refs, problem, source) VALUES
  ('ord_01m6dv7580dh22vnh3z5mamg6a', 0, 'session', 'Checkout session', 1, 'parked', '{}', '{"code":"line_refs_unknown","detail":"rule 1: the line has no metadata.product_code"}', 'stripe');

INSERT INTO order_items (order_id, ordinal, line_id, title, quantity, state, rule, product, policy, part, refs, source) VALUES
  ('ord_01m6dv7580enyaakrbqkrm1dpr', 0, 'session', 'Checkout session', 1, 'issued', 'rule 1', 'acmepro', 'perpetual', 'acmepro.0', '{}', 'stripe');

INSERT INTO order_items (order_id, ordinal, line_id, title, quantity, state, rule, product, policy, part, refs, source) VALUES
  ('ord_01m6dv7580a90g7502142bvpye', 0, '15763194978087', 'Acme Pro', 2, 'issued', 'rule 1', 'acmepro', 'perpetual', 'acmepro.0', '{"variant":"45683760884932","product":"10906661567317","sku":"ACME-PRO-1"}', 'shopify');

INSERT INTO order_items (order_id, ordinal, line_id, title, quantity, state, rule, product, policy, part, refs, source) VALUES
  ('ord_01m6dv7580a90g7502142bvpye', 1, '17663683349876', 'Acme Suite', 1, 'issued', 'rule 2', 'acmepro', 'perpetual', 'acmepro.0', '{"variant":"46918704838157","product":"8195171209690","sku":"ACME-SUITE-1"}', 'shopify');

INSERT INTO order_items (order_id, ordinal, line_id, title, quantity, state, rule, product, policy, part, refs, source) VALUES
  ('ord_01m6dv7580a90g7502142bvpye', 2, '17663683349876', 'Acme Suite', 1, 'issued', 'rule 2', 'acmecli', 'perpetual', 'acmecli.0', '{"variant":"46918704838157","product":"8195171209690","sku":"ACME-SUITE-1"}', 'shopify');

INSERT INTO redactions (source, account, kind, name, at, cause) VALUES
  ('', '', 'email_key', '', 0, 'f75859439205b3bd63c7c3e6f97009de5b287cf9f0f2c941d2ea484b4fb5cd09');

INSERT INTO sale_refs (source, account, ref, order_id) VALUES
  ('stripe', '', 'cs_test_a1Keyferryparked', 'ord_01m6dv7580dh22vnh3z5mamg6a');

INSERT INTO sale_refs (source, account, ref, order_id) VALUES
  ('stripe', '', 'pi_3Keyferryparked', 'ord_01m6dv7580dh22vnh3z5mamg6a');

INSERT INTO sale_refs (source, account, ref, order_id) VALUES
  ('stripe', '', 'cs_test_a1Keyferrysold', 'ord_01m6dv7580enyaakrbqkrm1dpr');

INSERT INTO sale_refs (source, account, ref, order_id) VALUES
  ('stripe', '', 'pi_3Keyferrysold', 'ord_01m6dv7580enyaakrbqkrm1dpr');

INSERT INTO sale_refs (source, account, ref, order_id) VALUES
  ('shopify', '', '6993780962175', 'ord_01m6dv7580a90g7502142bvpye');

INSERT INTO sale_refs (source, account, ref, order_id) VALUES
  ('shopify', '', 'gid://shopify/Order/6993780962175', 'ord_01m6dv7580a90g7502142bvpye');

INSERT INTO sale_versions (order_id, version, at, cause, revision_id, changes) VALUES
  ('ord_01m6dv7580dh22vnh3z5mamg6a', 1, 1793613600000, '{"by":"events","event_ids":["evt_01m6dv7580jzd7symqx5adnb48"]}', 'rev_01m6dv7580g8chw83ae8rt726g', '[]');

INSERT INTO sale_versions (order_id, version, at, cause, revision_id, changes) VALUES
  ('ord_01m6dv7580enyaakrbqkrm1dpr', 1, 1793613600000, '{"by":"events","event_ids":["evt_01m6dv7580g2j4gst6c1pqany1"]}', 'rev_01m6dv7580g8chw83ae8rt726g', '[{"change":"issue","line_id":"session","unit":0,"part":"acmepro.0","generation":0,"product":"acmepro","policy":"perpetual","fields":{"license_type":"perpetual"},"reasons":[],"starts_at":1793613600000,"valid_until":null,"license_id":"lic_01m6dv7580ewc9qnzb48gt3znf","rule":"rule 1"}]');

INSERT INTO sale_versions (order_id, version, at, cause, revision_id, changes) VALUES
  ('ord_01m6dv7580a90g7502142bvpye', 1, 1793613600000, '{"by":"events","event_ids":["evt_01m6dv7580szwk157y9brmjr72"]}', 'rev_01m6dv7580zsz0pjy8qwjkswbz', '[{"change":"issue","line_id":"15763194978087","unit":0,"part":"acmepro.0","generation":0,"product":"acmepro","policy":"perpetual","fields":{"license_type":"perpetual"},"reasons":[],"starts_at":1793613600000,"valid_until":null,"license_id":"lic_01m6dv75803rypfncd91w30z0d","rule":"rule 1"},{"change":"issue","line_id":"15763194978087","unit":1,"part":"acmepro.0","generation":0,"product":"acmepro","policy":"perpetual","fields":{"license_type":"perpetual"},"reasons":[],"starts_at":1793613600000,"valid_until":null,"license_id":"lic_01m6dv7580mpe35tr4yhkayb1d","rule":"rule 1"},{"change":"issue","line_id":"17663683349876","unit":0,"part":"acmepro.0","generation":0,"product":"acmepro","policy":"perpetual","fields":{"license_type":"perpetual"},"reasons":[],"starts_at":1793613600000,"valid_until":null,"license_id":"lic_01m6dv75805gpf5jf997nfdv7h","rule":"rule 2"},{"change":"issue","line_id":"17663683349876","unit":0,"part":"acmecli.0","generation":0,"product":"acmecli","policy":"perpetual","fields":{"license_type":"perpetual"},"reasons":[],"starts_at":1793613600000,"valid_until":null,"license_id":"lic_01m6dv7580kpq5gyks38cq7h9x","rule":"rule 2"}]');

INSERT INTO sales (order_id, part, doc) VALUES
  ('ord_01m6dv7580dh22vnh3z5mamg6a', 0, '{"things":{"checkout/cs_test_a1Keyferryparked/standing":[{"finality":1,"stamp":1793613600000,"asked":false,"origin":"evt_01m6dv7580jzd7symqx5adnb48","reader":3,"content":{"state":"complete","bought_at":1793613510000,"test":false,"void_reason":null}}],"checkout/cs_test_a1Keyferryparked/money":[{"finality":1,"stamp":1793613600000,"asked":false,"origin":"evt_01m6dv7580jzd7symqx5adnb48","reader":3,"content":{"state":"paid","currency":"eur","total":"14900"}}],"checkout/cs_test_a1Keyferryparked/buyer":[{"finality":0,"stamp":1793613600000,"asked":false,"origin":"evt_01m6dv7580jzd7symqx5adnb48","reader":3,"content":{"email":"noor.veerman@example.com","name":"Noor Veerman","company":"Veerman Charts","phone":null,"reference":null,"locale":"en","country":"NL"}}],"checkout/cs_test_a1Keyferryparked/links":[{"finality":0,"stamp":1793613600000,"asked":false,"origin":"evt_01m6dv7580jzd7symqx5adnb48","reader":3,"content":{"refs":["pi_3Keyferryparked"]}}],"payment/pi_3Keyferryparked/money":[{"finality":0,"stamp":1793613600000,"asked":false,"origin":"evt_01m6dv7580jzd7symqx5adnb48","reader":3,"content":{"amount":"14900","currency":"eur"}}],"checkout/cs_test_a1Keyferryparked/lines":[{"finality":0,"stamp":1793613600000,"asked":false,"origin":"evt_01m6dv7580jzd7symqx5adnb48","reader":3,"content":{"lines":[{"id":"session","title":"Checkout session","quantity":1,"refs":{},"attributes":{"mode":"payment","payment_link":"plink_1AcmePro"},"stands_for_all":true}],"refunds_counted":[]}}]},"refs":["cs_test_a1Keyferryparked","pi_3Keyferryparked"],"pins":{},"decisions":{},"overrides":[]}');

INSERT INTO sales (order_id, part, doc) VALUES
  ('ord_01m6dv7580enyaakrbqkrm1dpr', 0, '{"things":{"checkout/cs_test_a1Keyferrysold/standing":[{"finality":1,"stamp":1793613600000,"asked":false,"origin":"evt_01m6dv7580g2j4gst6c1pqany1","reader":3,"content":{"state":"complete","bought_at":1793613510000,"test":false,"void_reason":null}}],"checkout/cs_test_a1Keyferrysold/money":[{"finality":1,"stamp":1793613600000,"asked":false,"origin":"evt_01m6dv7580g2j4gst6c1pqany1","reader":3,"content":{"state":"paid","currency":"eur","total":"14900"}}],"checkout/cs_test_a1Keyferrysold/buyer":[{"finality":0,"stamp":1793613600000,"asked":false,"origin":"evt_01m6dv7580g2j4gst6c1pqany1","reader":3,"content":{"email":"noor.veerman@example.com","name":"Noor Veerman","company":"Veerman Charts","phone":null,"reference":null,"locale":"en","country":"NL"}}],"checkout/cs_test_a1Keyferrysold/links":[{"finality":0,"stamp":1793613600000,"asked":false,"origin":"evt_01m6dv7580g2j4gst6c1pqany1","reader":3,"content":{"refs":["pi_3Keyferrysold"]}}],"payment/pi_3Keyferrysold/money":[{"finality":0,"stamp":1793613600000,"asked":false,"origin":"evt_01m6dv7580g2j4gst6c1pqany1","reader":3,"content":{"amount":"14900","currency":"eur"}}],"checkout/cs_test_a1Keyferrysold/lines":[{"finality":0,"stamp":1793613600000,"asked":false,"origin":"evt_01m6dv7580g2j4gst6c1pqany1","reader":3,"content":{"lines":[{"id":"session","title":"Checkout session","quantity":1,"refs":{},"attributes":{"mode":"payment","metadata.product_code":"acmepro","metadata.license_policy":"perpetual"},"stands_for_all":true}],"refunds_counted":[]}}]},"refs":["cs_test_a1Keyferrysold","pi_3Keyferrysold"],"pins":{"session":{"refs":{},"revision":"rev_01m6dv7580g8chw83ae8rt726g","rule":"rule 1","outcome":{"is":"granted","parts":[{"part":"acmepro.0","product":"acmepro","policy":"perpetual","per":"unit","fields":{"license_type":"perpetual"},"by_quantity":{}}]},"whole":{"id":"session","title":"Checkout session","quantity":1,"refs":{},"attributes":{"mode":"payment","metadata.product_code":"acmepro","metadata.license_policy":"perpetual"},"stands_for_all":true}}},"decisions":{},"overrides":[],"on":{"refund_full":"revoke","refund_partial":"by_unit","dispute_opened":"suspend","dispute_lost":"revoke","order_cancelled":"revoke","payment_past_due":{"keep_for":"3d","then":"suspend"},"subscription_unpaid":"suspend","subscription_paused":"suspend","subscription_ended":"expire"}}');

INSERT INTO sales (order_id, part, doc) VALUES
  ('ord_01m6dv7580a90g7502142bvpye', 0, '{"things":{"checkout/6993780962175/standing":[{"finality":0,"asked":false,"origin":"evt_01m6dv7580szwk157y9brmjr72","reader":3,"stamp":1793613600000,"content":{"state":"complete","bought_at":1793613600000,"test":false,"void_reason":null,"label":"#3175"}}],"checkout/6993780962175/money":[{"finality":0,"asked":false,"origin":"evt_01m6dv7580szwk157y9brmjr72","reader":3,"stamp":1793613600000,"content":{"state":"paid","currency":"usd","total":"227.00"}}],"checkout/6993780962175/lines":[{"finality":0,"asked":false,"origin":"evt_01m6dv7580szwk157y9brmjr72","reader":3,"stamp":1793613600000,"content":{"lines":[{"id":"15763194978087","title":"Acme Pro","quantity":2,"refs":{"variant":"45683760884932","product":"10906661567317","sku":"ACME-PRO-1"},"attributes":{"title":"Acme Pro","name":"Acme Pro","vendor":"Acme Software","source_name":"web"}},{"id":"17663683349876","title":"Acme Suite","quantity":1,"refs":{"variant":"46918704838157","product":"8195171209690","sku":"ACME-SUITE-1"},"attributes":{"title":"Acme Suite","name":"Acme Suite","vendor":"Acme Software","source_name":"web"}}],"refunds_counted":[]}}],"checkout/6993780962175/paid_lines":[{"finality":0,"asked":false,"origin":"evt_01m6dv7580szwk157y9brmjr72","reader":3,"stamp":1793613600000,"content":{"quantities":{"15763194978087":2,"17663683349876":1},"refunds_counted":[]}}],"checkout/6993780962175/buyer":[{"finality":0,"asked":false,"origin":"evt_01m6dv7580szwk157y9brmjr72","reader":3,"stamp":1793613600000,"content":{"email":"ada+sold@example.com","name":"Ada Example","first_name":"Ada","last_name":"Example","company":"Example Analytics","phone":null,"reference":"7374850624449","locale":"en-US","country":"US"}}],"checkout/6993780962175/links":[{"finality":0,"asked":false,"origin":"evt_01m6dv7580szwk157y9brmjr72","reader":3,"stamp":1793613600000,"content":{"refs":["gid://shopify/Order/6993780962175"]}}]},"refs":["6993780962175","gid://shopify/Order/6993780962175"],"pins":{"15763194978087":{"refs":{"variant":"45683760884932","product":"10906661567317","sku":"ACME-PRO-1"},"revision":"rev_01m6dv7580zsz0pjy8qwjkswbz","rule":"rule 1","outcome":{"is":"granted","parts":[{"part":"acmepro.0","product":"acmepro","policy":"perpetual","per":"unit","fields":{"license_type":"perpetual"},"by_quantity":{}}]}},"17663683349876":{"refs":{"variant":"46918704838157","product":"8195171209690","sku":"ACME-SUITE-1"},"revision":"rev_01m6dv7580zsz0pjy8qwjkswbz","rule":"rule 2","outcome":{"is":"granted","parts":[{"part":"acmepro.0","product":"acmepro","policy":"perpetual","per":"unit","fields":{"license_type":"perpetual"},"by_quantity":{}},{"part":"acmecli.0","product":"acmecli","policy":"perpetual","per":"unit","fields":{"license_type":"perpetual"},"by_quantity":{}}]}}},"decisions":{},"overrides":[],"on":{"refund_full":"revoke","refund_partial":"by_unit","dispute_opened":"suspend","dispute_lost":"revoke","order_cancelled":"revoke","payment_past_due":{"keep_for":"3d","then":"suspend"},"subscription_unpaid":"suspend","subscription_paused":"suspend","subscription_ended":"expire"}}');

INSERT INTO source_days (source, day, first_at, last_at, gaps, longest_ms) VALUES
  ('stripe', 20759, 1793613600000, 1793613600000, 0, 0);

INSERT INTO source_days (source, day, first_at, last_at, gaps, longest_ms) VALUES
  ('shopify', 20759, 1793613600000, 1793613600000, 0, 0);
